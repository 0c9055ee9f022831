#include "api/accounts.hpp"

#include "api/lists.hpp"
#include "api/routes.hpp"
#include "rest/error.hpp"
#include "store/accounts.hpp"
#include "store/row_json.hpp"

namespace wdx::api {
namespace {

namespace asio = boost::asio;

/// One row: `id`, `handle`.  compat: handle case.
asio::awaitable<db::Rows> account_row(Context& context) {
    context.require_core_tables();
    const std::string& handle = context.path_values.front();
    if (handle.find('\0') != std::string::npos) throw rest::not_found();
    db::Batch exact;
    const std::size_t index = exact.add(store::kFindAccount, {handle});
    co_await context.read(exact);
    if (!exact.rows(index).empty()) co_return exact.take_rows(index);

    db::Batch similar;
    similar.add(store::kFindAccountsIgnoringCase, {std::string_view(handle).substr(handle.starts_with('@') ? 1 : 0)});
    co_await context.read(similar);
    if (similar.rows(0).size() != 1) throw rest::not_found("No XAccount matches the given query.");
    co_return similar.take_rows(0);
}

}  // namespace

asio::awaitable<Account> find_account(Context& context) {
    const db::Rows row = co_await account_row(context);
    co_return Account{row.front().integer(0), std::string(row.front().text(1))};
}

/// GET /api/accounts/ -> 200, a list.
asio::awaitable<http::Response> list_accounts(Context& context) {
    co_return co_await list_rows(context, model::kAccounts);
}

/// GET /api/accounts/{handle}/ -> 200 {"id","handle"}, or 404.  An exact match wins; else the only one that differs in
/// case alone, a leading `@` ignored.
asio::awaitable<http::Response> retrieve_account(Context& context) {
    const db::Rows row = co_await account_row(context);
    co_return ok(store::render_row(row));
}

}  // namespace wdx::api
