#include "store/statistics.hpp"

#include "api/accounts.hpp"
#include "api/lists.hpp"
#include "api/routes.hpp"
#include "rest/list_query.hpp"
#include "store/corrections.hpp"
#include "store/row_json.hpp"

namespace wdx::api {
namespace {

namespace asio = boost::asio;

asio::awaitable<store::CoreViews> views_of(Context& context, std::int64_t account, bool corrected) {
    store::CoreViews views = co_await core_views(context);
    if (!corrected) co_return views;
    std::vector<std::int64_t> accounts;
    if (views.has_posts) accounts = co_await swapped_accounts(context, views.posts, account);
    store::correct_users(views.users);
    store::correct_posts(views.posts, accounts);
    co_return views;
}

asio::awaitable<http::Response> statistics_once(Context& context, bool corrected) {
    const Account account = co_await find_account(context);
    const store::CoreViews views = co_await views_of(context, account.id, corrected);
    const std::string sql = store::statistics_sql(views);
    db::Batch batch;
    const db::Query query{"statistics", sql, false};
    const std::size_t index = batch.add(query, {account.id, account.handle});
    co_await context.read(batch, db::Work::report);
    co_return ok(store::render_row(batch.rows(index)));
}

}  // namespace

/// GET /api/accounts/{handle}/stats/?corrected= -> 200, or 404.
asio::awaitable<http::Response> retrieve_statistics(Context& context) {
    const bool corrected = rest::read_flag(context.query(), "corrected");
    const auto retrieve = [&] { return statistics_once(context, corrected); };
    co_return co_await fit_to_schema(retrieve);
}

}  // namespace wdx::api
