#include "api/pages/routes.hpp"
#include "api/request/context.hpp"
#include "rest/error.hpp"

namespace wdx::api {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr std::chrono::seconds kRetryAfter = 5s;

/// GET /healthz -> 200.
asio::awaitable<http::Response> check_health(Context&) {
    co_return ok(R"({"status":"ok"})");
}

/// GET /readyz -> 200 or 503.
asio::awaitable<http::Response> check_readiness(Context& context) {
    if (context.services().is_ready()) co_return ok(R"({"status":"ok"})");
    http::Response response = ok(R"({"status":"unavailable"})");
    response.status = 503;
    response.set("Retry-After", std::to_string(kRetryAfter.count()));
    co_return response;
}

}  // namespace

std::span<const Route> probe_routes() {
    static constexpr std::array kRoutes{
        Route{.verb = Verb::get,
              .pattern = kHealthPath,
              .handler = &check_health,
              .needs = Needs::nothing,
              .layer = Layer::probe,
              .view = "Health",
              .id = "checkHealth",
              .tag = "probes",
              .summary = "Is the process alive?",
              .help = "200 while the process answers.",
              .answer = "Health"},
        Route{
            .verb = Verb::get,
            .pattern = kReadinessPath,
            .handler = &check_readiness,
            .needs = Needs::nothing,
            .layer = Layer::probe,
            .view = "Readiness",
            .id = "checkReadiness",
            .tag = "probes",
            .summary = "Can requests be served?",
            .help = "200 while the database is connected, all migrations are applied and the core's tables are there.",
            .answer = "Health",
            .refusals = {503}},
    };
    return kRoutes;
}

}  // namespace wdx::api
