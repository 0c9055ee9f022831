#include "store/insight/statistics.hpp"

#include "api/insight/account_report.hpp"
#include "api/insight/routes.hpp"
#include "api/lists/core_views.hpp"
#include "rest/list_query.hpp"
#include "store/core/corrections.hpp"
#include "store/core/row_json.hpp"

namespace wdx::api {
namespace {

namespace asio = boost::asio;

/// Makes the statistics count what the core should have written.
asio::awaitable<void> correct(Context& context, AccountReport& report) {
    store::CoreViews& views = report.views;
    std::vector<std::int64_t> accounts;
    if (views.has_posts) accounts = co_await swapped_accounts(context, views.posts, report.account.id);
    store::correct_users(views.users);
    store::correct_posts(views.posts, accounts);
}

/// GET /api/accounts/{handle}/stats/?corrected= -> 200, or 404.
asio::awaitable<http::Response> retrieve_statistics(Context& context) {
    const bool corrected = rest::read_flag(context.query(), "corrected");
    AccountReport report = co_await find_account_report(context);
    if (corrected) co_await correct(context, report);
    const store::Statement statement = store::select_statistics(report.views, report.account.id, report.account.handle);
    const db::Rows rows = co_await run_report(context, statement);
    co_return ok(store::render_row(rows));
}

}  // namespace

std::span<const Route> statistics_routes() {
    static constexpr std::array kRoutes{
        Route{.verb = Verb::get,
              .pattern = "/api/accounts/{handle}/stats/",
              .handler = &retrieve_statistics,
              .work = WorkClass::reports,
              .view = "Account Statistics",
              .id = "retrieveStatistics",
              .tag = "statistics",
              .summary = "Statistics of an account's audience",
              .help =
                  "All figures are exact and come from one snapshot. Days and months are in UTC; the days are today "
                  "and the 89 before it. What this generation of the core's schema cannot tell is null.",
              .answer = "Statistics",
              .resource = &model::kAccounts,
              .parameters = {"Corrected"}},
    };
    return kRoutes;
}

}  // namespace wdx::api
