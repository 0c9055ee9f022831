#include "store/statistics.hpp"

#include "api/accounts.hpp"
#include "api/lists.hpp"
#include "api/routes.hpp"
#include "store/row_json.hpp"

namespace wdx::api {
namespace {

namespace asio = boost::asio;

asio::awaitable<http::Response> statistics_once(Context& context) {
    const Account account = co_await find_account(context);
    const store::CoreViews views = co_await core_views(context);
    const std::string sql = store::statistics_sql(views);
    db::Batch batch;
    const db::Query query{"statistics", sql, false};
    const std::size_t index = batch.add(query, {account.id, account.handle});
    co_await context.read(batch, db::Work::report);
    co_return ok(store::render_row(batch.rows(index)));
}

}  // namespace

/// GET /api/accounts/{handle}/stats/ -> 200, or 404.
asio::awaitable<http::Response> retrieve_statistics(Context& context) {
    const auto retrieve = [&] { return statistics_once(context); };
    co_return co_await fit_to_schema(retrieve);
}

}  // namespace wdx::api
