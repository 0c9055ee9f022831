#include "store/insight/data_quality.hpp"

#include "api/insight/account_report.hpp"
#include "api/insight/routes.hpp"
#include "base/json_value.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

namespace wdx::api {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;

/// @param text  empty: there is none
json::value text_or_null(std::string_view text) {
    if (text.empty()) return nullptr;
    return json::value(text);
}

json::object describe(const store::DataFinding& finding) {
    return {{"id", finding.check->id},
            {"title", finding.check->title},
            {"rows", base::or_null(finding.rows)},
            {"examples", json::parse(finding.examples_json)},
            {"effect", finding.check->effect},
            {"corrected_by", text_or_null(finding.check->corrected_by)}};
}

std::string render(const std::vector<store::DataFinding>& findings) {
    json::array list;
    for (const store::DataFinding& finding : findings) list.push_back(describe(finding));
    return base::json_text(list);
}

/// GET /api/accounts/{handle}/data-quality/ -> 200 [{"id","title","rows","examples","effect","corrected_by"}].
asio::awaitable<http::Response> list_data_quality(Context& context) {
    const AccountReport report = co_await find_account_report(context);
    const store::Statement statement = store::select_data_quality(report.views, report.account.id);
    const db::Rows rows = co_await run_report(context, statement);
    co_return ok(render(store::read_data_quality(rows)));
}

}  // namespace

std::span<const Route> data_quality_routes() {
    static constexpr std::array kRoutes{
        Route{.verb = Verb::get,
              .pattern = "/api/accounts/{handle}/data-quality/",
              .handler = &list_data_quality,
              .work = WorkClass::reports,
              .view = "Account Data Quality",
              .id = "listDataQuality",
              .tag = "statistics",
              .summary = "Known faults in the rows of an account",
              .help =
                  "Known faults of the data that the core writes: how many rows of the account each affects, some of "
                  "those rows, what it does to the figures, and which parameter corrects it.",
              .answer = "DataQuality",
              .resource = &model::kAccounts},
    };
    return kRoutes;
}

}  // namespace wdx::api
