#pragma once

#include "api/request/context.hpp"
#include "auth/token.hpp"
#include "rest/error.hpp"

namespace wdx::api {

/// Reads the Authorization header as the original's JWTAuthentication and BasicAuthentication do, in that order.  A
/// Bearer token is checked as far as that needs no database; its user is looked up later (`Context::read`).  Basic
/// credentials, where they are on, are checked at once.
/// @throws ApiError 401 for everything else, also when there are no credentials
/// Source: SimpleJWT 5.5 authentication.py; DRF authentication.py `BasicAuthentication`.
boost::asio::awaitable<void> authenticate(Context& context);

/// SimpleJWT's refusals.
rest::ApiError user_not_found();
rest::ApiError user_inactive();
/// On a protected route.
rest::ApiError token_not_valid(auth::TokenFault fault);
/// Of a token in a body: on the routes that refresh, verify and blacklist.
rest::ApiError refresh_not_valid(auth::TokenFault fault);

}  // namespace wdx::api
