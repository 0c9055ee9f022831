#include "app/management.hpp"

#include "app/middleware.hpp"
#include "base/json_writer.hpp"
#include "rest/error.hpp"
#include "rest/url.hpp"

namespace wdx::app {
namespace {

using http::Response;

Response json(unsigned status, std::string body) {
    Response response;
    response.status = status;
    response.body = std::move(body);
    response.set("Content-Type", "application/json");
    response.set("Cache-Control", "no-store");
    return response;
}

Response readiness(const std::vector<std::string>& problems) {
    if (problems.empty()) return json(200, R"({"status":"ok"})");
    std::string body = R"({"status":"unavailable","reasons":)";
    char separator = '[';
    for (const std::string& problem : problems) {
        body += separator;
        base::append_json_string(body, problem);
        separator = ',';
    }
    return json(503, body + "]}");
}

}  // namespace

Response Management::answer(const http::Request& request) const {
    const rest::Target target = rest::parse_target(request.target());
    // A page in a browser on this machine reaches loopback, under a name of its own that it lets resolve to it.
    if (is_domain_name(requested_host(request, target))) return json(400, rest::detail_body("Invalid host."));
    const std::string& path = target.path;
    if (path != "/metrics" && path != "/healthz" && path != "/readyz")
        return json(404, rest::detail_body("Not found."));
    if (request.method() != "GET" && request.method() != "HEAD") {
        Response response = json(405, rest::method_not_allowed(request.method()).body);
        response.set("Allow", "GET, HEAD");
        return response;
    }
    if (path == "/healthz") return json(200, R"({"status":"ok"})");
    if (path == "/readyz") return readiness(options_.problems());
    Response response;
    response.body = options_.metrics();
    response.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    response.set("Cache-Control", "no-store");
    return response;
}

boost::asio::awaitable<Response> Management::handle(http::Request& request) const {
    Response response = answer(request);
    response.set("X-Request-ID", request.id);
    co_return response;
}

Response Management::refuse(unsigned status, std::string_view detail) {
    return json(status, rest::detail_body(detail));
}

}  // namespace wdx::app
