#pragma once

#include "api/request/context.hpp"
#include "store/core/accounts.hpp"

#include <boost/asio/awaitable.hpp>

namespace wdx::api {

using store::Account;

/// The X account that `{handle}` of the path names, as GET /api/accounts/{handle}/ matches it: an exact match wins,
/// else the only one in another case or with another `model::plain_handle`.  Checks the token.
/// @throws ApiError 401, 404; 503 as Context::read; DbError
boost::asio::awaitable<Account> find_account(Context& context);

}  // namespace wdx::api
