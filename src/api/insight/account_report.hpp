#pragma once

#include "api/lists/accounts.hpp"
#include "api/request/context.hpp"
#include "store/core/core_views.hpp"
#include "store/insight/statement.hpp"

#include <boost/asio/awaitable.hpp>

namespace wdx::api {

/// What a report on an X account is made of: the account that `{handle}` of the path names, and the core's tables.
struct AccountReport {
    Account account;
    store::CoreViews views;
};

/// @throws ApiError 401, 404, 503; DbError
boost::asio::awaitable<AccountReport> find_account_report(Context& context);

/// Runs a statement that may look at many rows, together with the access check.
/// @param statement  outlives the await
/// @throws ApiError 401; DbError
boost::asio::awaitable<db::Rows> run_report(Context& context, const store::Statement& statement);

}  // namespace wdx::api
