#pragma once

#include "api/context.hpp"

#include <string>

#include <boost/asio/awaitable.hpp>

namespace wdx::api {

/// An X account that its owner watches.
struct Account {
    std::int64_t id;
    std::string handle;
};

/// The X account that `{handle}` of the path names, as GET /api/accounts/{handle}/ matches it; checks the token.
/// @throws ApiError 401, 404; 503 as Context::read; DbError
boost::asio::awaitable<Account> find_account(Context& context);

}  // namespace wdx::api
