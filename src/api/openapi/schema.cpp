#include "api/openapi/openapi.hpp"
#include "api/openapi/routes.hpp"
#include "api/request/context.hpp"

namespace wdx::api {
namespace {

namespace asio = boost::asio;

/// GET /api/schema/ -> 200, the OpenAPI document of this server over this database.
asio::awaitable<http::Response> retrieve_schema(Context& context) {
    co_await context.require_access();
    Services& services = context.services();
    if (!services.schema.is_known()) co_await services.schema.refresh();
    context.require_core_tables();
    co_return ok(services.openapi.text(services.schema.schema()));
}

}  // namespace

std::span<const Route> schema_routes() {
    static constexpr std::array kRoutes{
        Route{.verb = Verb::get,
              .pattern = "/api/schema/",
              .handler = &retrieve_schema,
              .view = "Schema",
              .id = "retrieveSchema",
              .tag = "schema",
              .summary = "Retrieve this document (OpenAPI 3.1)",
              .help = "Describes the tables of the connected database: columns that it lacks are left out.",
              .answer = "OpenApi"},
    };
    return kRoutes;
}

}  // namespace wdx::api
