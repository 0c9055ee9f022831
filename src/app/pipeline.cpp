#include "app/pipeline.hpp"

#include "api/request/authentication.hpp"
#include "app/middleware.hpp"
#include "base/json_writer.hpp"
#include "base/random.hpp"
#include "rest/error.hpp"
#include "rest/negotiation.hpp"

#include <spdlog/spdlog.h>

namespace wdx::app {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using http::Request;
using http::Response;

constexpr auto kRetryAfter = 5s;
constexpr unsigned kUnauthorized = 401;
constexpr unsigned kTooLarge = 413;
constexpr unsigned kUnavailable = 503;
constexpr std::string_view kJson = "application/json";
constexpr std::string_view kConsole = "/admin";
constexpr std::string_view kHelpLink = R"(</api/docs/>; rel="help")";

/// A long answer with line breaks (`Accept: application/json; indent=4`).
class IndentedSource : public http::BodySource {
  public:
    IndentedSource(std::unique_ptr<http::BodySource> compact, int spaces)
        : compact_(std::move(compact)), indenter_(spaces) {}

    asio::awaitable<void> next(std::string& out) override {
        std::string piece;
        co_await compact_->next(piece);
        indenter_.feed(piece, out);
    }
    void cancel() override { compact_->cancel(); }
    [[nodiscard]] bool has_ended() const noexcept override { return compact_->has_ended(); }

  private:
    std::unique_ptr<http::BodySource> compact_;
    base::JsonIndenter indenter_;
};

void indent(Response& response, int spaces) {
    if (response.stream) {
        response.stream = std::make_unique<IndentedSource>(std::move(response.stream), spaces);
        return;
    }
    std::string out;
    base::JsonIndenter(spaces).feed(response.body, out);
    response.body = std::move(out);
}

Response render(const rest::ApiError& error) {
    Response response;
    response.status = error.status;
    response.body = error.body;
    response.headers = error.headers;
    return response;
}

/// `admin/`: right under whatever prefix a proxy serves the console.
std::string relative_location_with_slash(const rest::Target& target) {
    rest::Target last = target;
    last.path.erase(0, last.path.rfind('/') + 1);
    return rest::location_with_slash(last);
}

/// Everything that a route of the API answers carries these.
void add_api_headers(Response& response, const std::string& allow) {
    const bool has_body = response.status != 204 && response.status != 304;
    if (has_body && response.find("Content-Type") == nullptr) response.set("Content-Type", std::string(kJson));
    if (!allow.empty()) response.set("Allow", allow);
    add_frame_options(response);
    add_security_headers(response);
}

/// 404; with a link to the documentation for a person who knows nothing but the address.
rest::ApiError no_route(std::string_view path) {
    rest::ApiError error = rest::not_found();
    if (path == "/" || path == "/api/") error.headers.emplace_back("Link", std::string(kHelpLink));
    return error;
}

}  // namespace

Pipeline::Pipeline(PipelineOptions options, api::Services& services)
    : options_(std::move(options)), services_(services) {}

asio::awaitable<Response> Pipeline::handle(Request& request) {
    request.client_address = options_.trusted_proxies.client_address(request);
    request.is_https = options_.trusted_proxies.came_by_https(request);
    const rest::Target target = rest::parse_target(request.target());
    Response response;
    std::exception_ptr failure;
    try {
        response = co_await dispatch(request, target);
    } catch (const std::exception&) {
        failure = std::current_exception();
    }
    if (failure) {
        response = failure_to_response(request, failure);
        add_api_headers(response, {});
    }
    finish(response, request, target);
    co_return response;
}

Response Pipeline::refuse(unsigned status, std::string_view detail, Request* request) const {
    Response response;
    if (request != nullptr) {
        response = refuse_known(status, detail, *request);
        add_api_headers(response, {});
        finish(response, *request, rest::parse_target(request->target()));
    } else {
        Request unknown;
        unknown.id = base::request_id();
        spdlog::info("refused a malformed request: {} ({})", detail, unknown.id);
        response = render(rest::ApiError{status, rest::detail_body(detail)});
        add_api_headers(response, {});
        finish(response, unknown, {});
    }
    return response;
}

Response Pipeline::refuse_known(unsigned status, std::string_view detail, Request& request) const {
    request.client_address = options_.trusted_proxies.client_address(request);
    const auto match = api::match_route(rest::parse_target(request.target()).path);
    if (match) request.route = match->path().pattern;
    const api::Route* route = match ? match->find(request.method()) : nullptr;
    try {
        if (status == kTooLarge && route != nullptr && route->body != nullptr && route->body->has_password())
            api::count_refused_login(services_, request);
    } catch (const rest::ApiError& throttled) {
        return render(throttled);
    }
    return render(status == kUnavailable ? rest::unavailable(kRetryAfter, detail)
                                         : rest::ApiError{status, rest::detail_body(detail)});
}

std::size_t Pipeline::body_limit(const Request& request) const {
    const auto match = api::match_route(rest::parse_target(request.target()).path);
    const bool is_public = match && match->takes_body_of_anybody();
    return is_public ? std::min(options_.body_limit, options_.public_body_limit) : options_.body_limit;
}

void Pipeline::finish(Response& response, const Request& request, const rest::Target& target) const {
    if (!is_same_origin_path(target.path)) add_cors_headers(response, request, options_.cors_allowed_origins);
    if (request.peer != nullptr && request.peer->is_tls)
        add_transport_security(response, requested_host(request, target));
    response.set("X-Request-ID", request.id);
}

asio::awaitable<Response> Pipeline::answer_probe(Request& request, const rest::Target& target,
                                                 const api::Route& route) {
    request.route = route.pattern;
    Response response;
    if (request.method() != "GET" && request.method() != "HEAD") {
        response = render(rest::method_not_allowed(request.method()));
        add_api_headers(response, "GET, HEAD");
        co_return response;
    }
    api::Context context(request, target, services_);
    response = co_await route.handler(context);
    add_api_headers(response, {});
    co_return response;
}

asio::awaitable<Response> Pipeline::dispatch(Request& request, const rest::Target& target) {
    if (is_preflight(request)) co_return Response{};
    auto match = api::match_route(target.path);
    if (match && match->path().layer == api::Layer::probe)
        co_return co_await answer_probe(request, target, match->path());
    if (!is_allowed_host(requested_host(request, target), options_.allowed_hosts)) {
        Response response = render(rest::bad_request("Invalid host."));
        response.set("Content-Type", std::string(kJson));
        add_security_headers(response);
        co_return response;
    }
    if (match) {
        request.route = match->path().pattern;
        co_return co_await serve_route(request, target, std::move(*match));
    }
    if (!target.path.ends_with('/') && api::match_route(target.path + '/')) {
        Response response;
        response.status = 301;
        // Recorded of the original, although there is no body.
        response.set("Content-Type", "text/html; charset=utf-8");
        response.set("Location", target.path.starts_with(kConsole) ? relative_location_with_slash(target)
                                                                   : rest::location_with_slash(target));
        add_security_headers(response);
        co_return response;
    }
    throw no_route(target.path);
}

asio::awaitable<Response> Pipeline::serve_route(const Request& request, const rest::Target& target, api::Match match) {
    if (!options_.is_open()) throw rest::unavailable(kRetryAfter);
    api::Context context(request, target, services_);
    context.path_values = match.values;
    context.route = &match.path();
    context.is_open_list = match.path().layer == api::Layer::open && match.path().formats == rest::Formats::list &&
                           (request.method() == "GET" || request.method() == "HEAD");
    rest::Rendering rendering;
    Response response;
    rest::ThrottleSlot slot;
    std::exception_ptr failure;
    try {
        const std::optional<std::string> accept =
            request.has("Accept") ? std::optional(request.header("Accept")) : std::nullopt;
        rendering = rest::negotiate(context.query(), accept, match.path().formats);
        context.format = rendering.format;
    } catch (const rest::ApiError&) {
        failure = std::current_exception();
    }
    if (failure) {
        response = failure_to_response(request, failure);
    } else {
        try {
            response = co_await run_view(context, match, slot);
        } catch (const std::exception&) {
            failure = std::current_exception();
        }
        if (failure) response = co_await answer_failure(context, failure);
    }
    // What an ended token was used for does not count against its operator.
    if (response.status != kUnauthorized) slot.keep();
    if (rendering.indent) indent(response, *rendering.indent);
    add_api_headers(response, match.allow());
    if (context.is_open_list || match.path().formats == rest::Formats::report) add_vary(response, "Accept");
    const bool is_open = match.path().layer == api::Layer::open || context.is_open_list;
    if (is_open && !is_same_origin_path(target.path)) expose_headers(response, request, options_.cors_allowed_origins);
    co_return response;
}

asio::awaitable<Response> Pipeline::run_view(api::Context& context, const api::Match& match, rest::ThrottleSlot& slot) {
    if (match.path().needs == api::Needs::nothing) {
        context.set_access_granted();
    } else {
        co_await api::authenticate(context);
    }
    slot = api::take_request(context, match.path());
    const std::string_view method = context.request().method();
    Response response;
    if (const api::Route* route = match.find(method)) {
        context.route = route;
        response = co_await api::run_handler(context, *route);
    } else if (method == "OPTIONS") {
        response = api::ok(match.metadata());
    } else {
        throw rest::method_not_allowed(method);
    }
    // Whatever the handler did: nothing leaves before the token's user has been looked up.
    co_await context.require_access();
    co_return response;
}

/// A failure gives way to the access check, if that has not been made yet: 401 comes before 400, 405 and 503.
asio::awaitable<Response> Pipeline::answer_failure(api::Context& context, std::exception_ptr failure) {
    if (context.access_pending()) {
        try {
            co_await context.require_access();
        } catch (const std::exception&) {
            failure = std::current_exception();
        }
    }
    co_return failure_to_response(context.request(), failure);
}

Response Pipeline::failure_to_response(const Request& request, const std::exception_ptr& failure) const {
    const std::string& request_id = request.id;
    try {
        std::rethrow_exception(failure);
    } catch (const rest::ApiError& error) {
        if (!error.cause.empty()) spdlog::debug("refused: {} ({})", error.cause, request_id);
        return render(error);
    } catch (const db::DbError& error) {
        // A character that the database's encoding lacks.
        if (error.is_untranslatable())
            return render(rest::bad_request("The database cannot hold one of these characters."));
        // In our own words; the metrics count it.
        if (error.is_busy()) return render(rest::unavailable(kRetryAfter, error.message()));
        // The server's words stay here: they may hold SQL and data.
        if (error.is_unavailable()) {
            if (error.is_abandoned())  // who closes a tab says nothing about the database
                spdlog::debug("not done: {} ({})", error.what(), request_id);
            else
                spdlog::warn("database unavailable: {} ({})", error.what(), request_id);
            return render(rest::unavailable(kRetryAfter));
        }
        spdlog::error("database: {} ({})", error.what(), request_id);
        // The tables change faster than they can be read again: that passes.
        if (error.is_schema_mismatch()) return render(rest::unavailable(kRetryAfter));
        return server_error(request, fmt::format("database: {}, SQLSTATE {}", error.statement(), error.sqlstate()));
    } catch (const std::exception& error) {
        spdlog::error("fault: {} ({})", error.what(), request_id);
        return server_error(request, fmt::format("fault: {}", error.what()));
    }
}

Response Pipeline::server_error(const Request& request, const std::string& cause) const {
    services_.journal.add({.level = store::EntryLevel::error,
                           .kind = store::entry::kError,
                           .address = request.client_address,
                           .request_id = request.id,
                           .message = cause});
    return render(rest::server_error());
}

}  // namespace wdx::app
