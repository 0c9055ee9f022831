#include "api/insight/account_report.hpp"

#include "api/lists/core_views.hpp"

namespace wdx::api {

namespace asio = boost::asio;

asio::awaitable<AccountReport> find_account_report(Context& context) {
    Account account = co_await find_account(context);
    store::CoreViews views = co_await core_views(context);
    co_return AccountReport{std::move(account), std::move(views)};
}

asio::awaitable<db::Rows> run_report(Context& context, const store::Statement& statement) {
    db::Batch batch;
    const db::Query query = statement.query();
    const std::size_t index = batch.add(query, statement.params);
    co_await context.report(batch);
    co_return batch.take_rows(index);
}

}  // namespace wdx::api
