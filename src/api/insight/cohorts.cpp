#include "store/insight/cohorts.hpp"

#include "api/insight/account_report.hpp"
#include "api/insight/routes.hpp"
#include "base/json_value.hpp"
#include "insight/likeness.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

namespace wdx::api {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;

json::object describe(const store::Cohort& cohort) {
    const auto shared =
        cohort.kind == "template" ? insight::handle_template(cohort.sample) : insight::shared_text(cohort.sample);
    return {{"id", cohort.id},
            {"kind", cohort.kind},
            {"key", fmt::format("{} {}", cohort.month, shared.value_or(""))},
            {"size", cohort.size},
            {"expected", cohort.expected},
            {"members", json::parse(std::string(cohort.members))},
            {"harmful", base::or_null(cohort.harmful)},
            {"unclassified", base::or_null(cohort.unclassified)}};
}

/// GET /api/accounts/{handle}/cohorts/ -> 200
/// [{"id","kind","key","size","expected","members","harmful","unclassified"}].
asio::awaitable<http::Response> list_cohorts(Context& context) {
    const AccountReport report = co_await find_account_report(context);
    const store::Statement statement = store::select_cohorts(report.views, report.account.id);
    const db::Rows rows = co_await run_report(context, statement);
    json::array cohorts;
    for (const store::Cohort& cohort : store::read_cohorts(rows)) cohorts.push_back(describe(cohort));
    co_return ok(base::json_text(cohorts));
}

}  // namespace

std::span<const Route> cohort_routes() {
    static constexpr std::array kRoutes{
        Route{.verb = Verb::get,
              .pattern = "/api/accounts/{handle}/cohorts/",
              .handler = &list_cohorts,
              .work = WorkClass::reports,
              .view = "Account Cohorts",
              .id = "listCohorts",
              .tag = "signals",
              .summary = "Groups of users that look alike and are larger than chance explains",
              .help = "Groups of users that joined in the same month and share a handle template, a bio or a link, and "
                      "that are larger than chance explains: what a wave of bots looks like. At most 200, the largest "
                      "first.",
              .answer = "Cohorts",
              .resource = &model::kAccounts},
    };
    return kRoutes;
}

}  // namespace wdx::api
