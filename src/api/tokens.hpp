#pragma once

#include "api/context.hpp"
#include "rest/error.hpp"

#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

namespace wdx::api {

// What the token routes share.

store::TokenRecord record_of(const auth::IssuedToken& token);

/// `{"<first>":"<token>","<second>":"<token>"}`
std::string token_pair(std::string_view first, std::string_view first_token, std::string_view second,
                       std::string_view second_token);

/// 401 with that detail and no code.
rest::ApiError no_active_account(std::string_view detail);

/// From where the request came, as a session records it; the User-Agent is cut to a sane length.
store::Origin origin_of(const Context& context);

/// Decodes a refresh token and makes every check of SimpleJWT that comes before the user's, in its order; of the
/// blacklist only where another check has failed, for a good token is looked up by whatever it is for.
/// @throws ApiError 401; DbError
boost::asio::awaitable<auth::Claims> read_refresh_token(Context& context, std::string_view text);

}  // namespace wdx::api
