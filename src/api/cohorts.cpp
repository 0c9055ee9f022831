#include "store/cohorts.hpp"

#include "api/accounts.hpp"
#include "api/lists.hpp"
#include "api/routes.hpp"
#include "store/row_json.hpp"

namespace wdx::api {
namespace {

namespace asio = boost::asio;

asio::awaitable<http::Response> cohorts_once(Context& context) {
    const Account account = co_await find_account(context);
    const store::CoreViews views = co_await core_views(context);
    const std::string sql = store::cohorts_sql(views);
    db::Batch batch;
    const db::Query query{"cohorts", sql, false};
    const std::size_t index = batch.add(query, {account.id});
    co_await context.read(batch, db::Work::report);
    co_return ok(store::render_rows(batch.rows(index)));
}

}  // namespace

/// GET /api/accounts/{handle}/cohorts/ -> 200 [{"kind","key","size","expected","members","harmful","unclassified"}].
asio::awaitable<http::Response> list_cohorts(Context& context) {
    const auto list = [&] { return cohorts_once(context); };
    co_return co_await fit_to_schema(list);
}

}  // namespace wdx::api
