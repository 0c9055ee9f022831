#pragma once

#include "api/request/context.hpp"
#include "auth/token.hpp"
#include "rest/body_fields.hpp"
#include "rest/error.hpp"

#include <array>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

namespace wdx::api {

// What the token routes share.

/// The one-time code that a login of an operator with a second factor needs.
inline constexpr rest::BodyField kOneTimeCode{
    .name = "otp", .type = rest::BodyType::lenient_text, .help = "Six digits, or a recovery code."};

inline constexpr std::array kRefreshFields{
    rest::BodyField{.name = "refresh", .type = rest::BodyType::text, .is_required = true}};
inline constexpr rest::Body kRefresh{"Refresh", kRefreshFields};

store::TokenRecord record_of(const auth::IssuedToken& token);

/// `{"<first>":"<token>","<second>":"<token>"}`
std::string token_pair(std::string_view first, std::string_view first_token, std::string_view second,
                       std::string_view second_token);

/// 401 with that detail and no code.
rest::ApiError no_active_account(std::string_view detail);

/// Decodes a refresh token and makes every check of SimpleJWT that comes before the user's, in its order; of the
/// blacklist only where another check has failed, for a good token is looked up by whatever it is for.
/// @throws ApiError 401; DbError
boost::asio::awaitable<auth::Claims> read_refresh_token(Context& context, std::string_view text);

}  // namespace wdx::api
