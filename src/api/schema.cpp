#include "api/routes.hpp"

namespace wdx::api {

namespace asio = boost::asio;

/// GET /api/schema/ -> 200, the OpenAPI document of this server over this database.
asio::awaitable<http::Response> retrieve_schema(Context& context) {
    co_await context.require_access();
    Services& services = context.services();
    if (!services.schema.is_known()) co_await services.schema.refresh();
    context.require_core_tables();
    co_return ok(services.openapi.text(services.schema.schema(), services.basic_auth));
}

}  // namespace wdx::api
