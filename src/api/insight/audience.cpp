#include "insight/audience.hpp"

#include "api/insight/account_report.hpp"
#include "api/insight/no_verdicts.hpp"
#include "api/insight/routes.hpp"
#include "base/json_value.hpp"
#include "insight/estimate_json.hpp"
#include "store/insight/crowd.hpp"

#include <boost/json/object.hpp>

namespace wdx::api {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using insight::Audience;
using insight::Estimate;

/// Followers are counted, not estimated.
Estimate exactly(std::int64_t count) {
    const auto value = static_cast<double>(count);
    return {value, value, value};
}

json::object describe(const Audience& audience) {
    return {{"followers", insight::estimate_json(exactly(audience.followers))},
            {"harmful", insight::estimate_json(audience.harmful)},
            {"inactive", insight::estimate_json(audience.inactive)},
            {"effective", insight::estimate_json(audience.effective)},
            {"reach", insight::estimate_json(audience.reach)},
            {"n", audience.n},
            {"method", insight::kAudienceMethod},
            {"reason", audience.reason.empty() ? json::value(nullptr) : json::value(audience.reason)}};
}

/// GET /api/accounts/{handle}/audience/ -> 200 {"followers","harmful","inactive","effective","reach","n","method",
/// "reason"}.
asio::awaitable<http::Response> retrieve_audience(Context& context) {
    const AccountReport report = co_await find_account_report(context);
    const store::Statement statement = store::select_crowd(report.views, report.account.id, store::Crowd::followers);
    const std::vector<model::Cell> followers = store::read_crowd(co_await run_report(context, statement));
    json::object answer = describe(insight::estimate_audience(followers));
    if (!report.views.has_classifications) {
        for (const std::string_view name : {"harmful", "inactive", "effective", "reach", "n"}) answer[name] = nullptr;
        answer["reason"] = kNoVerdictsKept;
    }
    co_return ok(base::json_text(answer));
}

}  // namespace

std::span<const Route> audience_routes() {
    static constexpr std::array kRoutes{
        Route{.verb = Verb::get,
              .pattern = "/api/accounts/{handle}/audience/",
              .handler = &retrieve_audience,
              .work = WorkClass::reports,
              .view = "Account Audience",
              .id = "retrieveAudience",
              .tag = "statistics",
              .summary = "How many real, active people follow an account",
              .help = "How many followers are harmful, inactive or neither, and how many follow these in turn, each "
                      "with a 95 % interval. Null with fewer than 30 verdicts on followers drawn at random.",
              .answer = "Audience",
              .resource = &model::kAccounts},
    };
    return kRoutes;
}

}  // namespace wdx::api
