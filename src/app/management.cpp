#include "app/management.hpp"

#include "api/pages/routes.hpp"
#include "app/middleware.hpp"
#include "base/json_writer.hpp"
#include "rest/error.hpp"
#include "rest/url.hpp"

#include <fmt/format.h>

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

/// `,"<name>":[...]`, or nothing where the list is empty
std::string member(std::string_view name, const std::vector<std::string>& texts) {
    std::string out;
    for (const std::string& text : texts) {
        out += out.empty() ? fmt::format(R"(,"{}":[)", name) : ",";
        base::append_json_string(out, text);
    }
    return out.empty() ? out : out + ']';
}

Response readiness(const std::vector<std::string>& problems, const std::vector<std::string>& full_classes) {
    const unsigned status = problems.empty() ? 200 : 503;
    return json(status, fmt::format(R"({{"status":"{}"{}{}}})", problems.empty() ? "ok" : "unavailable",
                                    member("reasons", problems), member("full", full_classes)));
}

}  // namespace

Response Management::answer(const http::Request& request) const {
    const rest::Target target = rest::parse_target(request.target());
    // A page in a browser on this machine can reach loopback, by a domain name of its own that resolves to it.
    if (is_domain_name(requested_host(request, target))) return json(400, rest::detail_body("Invalid host."));
    const std::string& path = target.path;
    if (path != "/metrics" && path != api::kHealthPath && path != api::kReadinessPath)
        return json(404, rest::detail_body("Not found."));
    if (request.method() != "GET" && request.method() != "HEAD") {
        Response response = json(405, rest::method_not_allowed(request.method()).body);
        response.set("Allow", "GET, HEAD");
        return response;
    }
    if (path == api::kHealthPath) return json(200, R"({"status":"ok"})");
    if (path == api::kReadinessPath) return readiness(options_.problems(), options_.full_classes());
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
