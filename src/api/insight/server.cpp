#include "api/edits/edit_services.hpp"
#include "api/insight/insight_services.hpp"
#include "api/insight/routes.hpp"
#include "api/lists/core_views.hpp"
#include "api/lists/list_services.hpp"
#include "base/json_value.hpp"
#include "rest/paging.hpp"

#include <boost/json/array.hpp>

namespace wdx::api {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;

/// The core's tables that are there and may be read.
json::array readable_tables(const store::CoreSchema& schema) {
    json::array tables;
    for (const model::Resource* resource : model::all_resources())
        if (resource->of_core && schema.has(resource->table) &&
            !schema.unreadable().contains(std::string(resource->table)))
            tables.emplace_back(resource->table);
    return tables;
}

/// GET /api/server/ -> 200 {"version","core_schema","tables","time_zone","limits","signals"}.
asio::awaitable<http::Response> describe_server(Context& context) {
    co_await context.require_access();
    Services& services = context.services();
    if (!services.schema.is_known()) co_await services.schema.refresh();
    const store::CoreSchema& schema = services.schema.schema();
    const std::string& zone = services.lists.core_timezone;
    const std::string as_of = signals_as_of(context);
    const json::object limits{{"page_size", rest::kMostPageRows},
                              {"report_bytes", services.insight.report_limit},
                              {"bulk_users", services.edits.bulk_limit}};
    json::object signals{{"as_of", nullptr}, {"pending", nullptr}};
    if (!as_of.empty()) signals["as_of"] = as_of;
    if (services.lists.signals.pending) signals["pending"] = *services.lists.signals.pending;
    co_return ok(base::json_text(json::object{{"version", WDX_VERSION},
                                              {"core_schema", schema.generation()},
                                              {"tables", readable_tables(schema)},
                                              {"time_zone", zone.empty() ? schema.time_zone() : zone},
                                              {"limits", limits},
                                              {"signals", std::move(signals)}}));
}

}  // namespace

std::span<const Route> server_routes() {
    static constexpr std::array kRoutes{
        Route{.verb = Verb::get,
              .pattern = "/api/server/",
              .handler = &describe_server,
              .view = "Server",
              .id = "describeServer",
              .tag = "schema",
              .summary = "Describe this server",
              .help = "Its version and limits, the core's tables as they are, and how far the kept signals have come.",
              .answer = "Server"},
    };
    return kRoutes;
}

}  // namespace wdx::api
