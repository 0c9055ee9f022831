#pragma once

#include "api/login/login_services.hpp"
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

inline constexpr std::array kLoginFields{
    rest::BodyField{.name = "username", .type = rest::BodyType::text, .is_required = true},
    rest::BodyField{.name = "password", .type = rest::BodyType::text, .is_required = true, .is_password = true},
    kOneTimeCode,
};
inline constexpr rest::Body kLogin{"Login", kLoginFields};

inline constexpr std::array kRefreshFields{
    rest::BodyField{.name = "refresh", .type = rest::BodyType::text, .is_required = true}};
inline constexpr rest::Body kRefresh{"Refresh", kRefreshFields};

store::TokenRecord record_of(const auth::IssuedToken& token);

/// `{"<first>":"<token>","<second>":"<token>"}`
std::string token_pair(std::string_view first, std::string_view first_token, std::string_view second,
                       std::string_view second_token);

/// 400 of a current password that does not match, or whose second factor does not.
rest::ApiError wrong_password();

/// 401 with that detail and no code.
rest::ApiError no_active_account(std::string_view detail);

/// Begins a session for whom the body, a kLogin, proves to be an operator.
/// @throws ApiError 400 and 429 as read_credentials and check_credentials; 401 whatever the reason; 503; DbError
boost::asio::awaitable<TokenAnswer> log_in(Context& context);

/// Who shows a refresh token: a program that keeps it for itself, or one of the tabs of a browser, which share it.
enum class Presenter { program, tab };

/// Rotates a refresh token.  What is shown again after its use gets the same answer within WDX_REFRESH_GRACE; from a
/// tab it gets the session's newest pair within kTabGrace.  Else it is noted as a reuse.
/// @throws ApiError 401; DbError
boost::asio::awaitable<TokenAnswer> refresh_tokens(Context& context, std::string_view text, Presenter presenter);

/// Decodes a refresh token and makes every check of SimpleJWT that comes before the user's, in its order; of the
/// blacklist only where another check has failed, for a good token is looked up by whatever it is for.
/// @throws ApiError 401; DbError
boost::asio::awaitable<auth::Claims> read_refresh_token(Context& context, std::string_view text);

}  // namespace wdx::api
