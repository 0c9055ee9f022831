#include "store/insight/statistics.hpp"

#include "api/insight/account_report.hpp"
#include "api/insight/routes.hpp"
#include "api/lists/core_views.hpp"
#include "api/lists/list_services.hpp"
#include "base/digest.hpp"
#include "rest/conditions.hpp"
#include "rest/list_query.hpp"
#include "store/core/corrections.hpp"
#include "store/core/row_json.hpp"

#include <fmt/format.h>

namespace wdx::api {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kEtagDigits = 32;

/// Makes the statistics count what the core should have written.
asio::awaitable<void> correct(Context& context, AccountReport& report) {
    store::CoreViews& views = report.views;
    std::vector<std::int64_t> accounts;
    if (views.has_posts) accounts = co_await swapped_accounts(context, views.posts, report.account.id);
    store::correct_users(views.users);
    store::correct_posts(views.posts, accounts);
}

asio::awaitable<store::StatisticsState> read_state(Context& context) {
    db::Batch batch;
    const std::size_t index = batch.add(store::kStatisticsState, {});
    co_await context.read(batch, db::Work::read);
    co_return store::read_statistics_state(batch.rows(index));
}

/// Of everything that the answer depends on.
std::string etag_of(Context& context, const AccountReport& report, const store::StatisticsState& state,
                    bool corrected) {
    const std::string all = fmt::format("{} {} {} {} {} {}", WDX_VERSION, context.services().lists.core_timezone,
                                        report.account.id, report.account.handle, corrected, state.text);
    return fmt::format("\"{}\"", base::sha256_hex(all).substr(0, kEtagDigits));
}

/// GET /api/accounts/{handle}/stats/?corrected= -> 200 with ETag, 304, 404 or 412.
/// The state is read before the figures: what happens in between makes another ETag the next time.
asio::awaitable<http::Response> retrieve_statistics(Context& context) {
    const bool corrected = rest::read_flag(context.query(), "corrected");
    AccountReport report = co_await find_account_report(context);
    const store::StatisticsState state = co_await read_state(context);
    std::string etag = etag_of(context, report, state, corrected);
    const bool is_known = rest::is_not_modified(context.request(), etag);
    http::Response response;
    response.set("ETag", std::move(etag));
    if (is_known && !state.is_settling) {
        response.status = 304;
        co_return response;
    }
    if (corrected) co_await correct(context, report);
    const store::Statement statement = store::select_statistics(report.views, report.account.id, report.account.handle);
    const db::Rows rows = co_await run_report(context, statement);
    response.body = store::render_row(rows);
    co_return response;
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
              .statuses = {200, 304},
              .refusals = {412},
              .parameters = {"Corrected", "IfMatch", "IfNoneMatch"},
              .headers = {"ETag"}},
    };
    return kRoutes;
}

}  // namespace wdx::api
