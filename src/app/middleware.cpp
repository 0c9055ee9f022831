#include "app/middleware.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace wdx::app {
namespace {

/// Those of the original, and what the open layer reads; libraries for event streams send Cache-Control as well.
/// compat: preflight
constexpr std::string_view kAllowedHeaders =
    "accept, authorization, cache-control, content-type, idempotency-key, if-match, if-none-match, last-event-id, "
    "user-agent, x-csrftoken, x-requested-with";
constexpr std::string_view kExposedHeaders =
    "ETag, Retry-After, Content-Disposition, X-Request-ID, X-Edit-ID, X-Last-Event-ID";
constexpr std::string_view kAllowedMethods = "DELETE, GET, OPTIONS, PATCH, POST, PUT";
constexpr std::string_view kMaxAge = "86400";  ///< seconds
constexpr std::string_view kConsoleSession = "/admin/session";
constexpr std::string_view kTransportSecurity = "max-age=31536000";

bool all_of(std::string_view text, std::string_view characters) {
    return !text.empty() && text.find_first_not_of(characters) == std::string_view::npos;
}

/// `[` hexadecimal digits, a colon, then at least one of them, colon or dot, `]`.
bool is_bracketed_ipv6(std::string_view text) {
    if (!text.ends_with(']')) return false;
    const std::string_view inside = text.substr(1, text.size() - 2);
    const auto colon = inside.find(':');
    if (colon == std::string_view::npos) return false;
    return inside.substr(0, colon).find_first_not_of("0123456789abcdef") == std::string_view::npos &&
           all_of(inside.substr(colon + 1), "0123456789abcdef:.");
}

/// The domain of `host:port` in lower case without a trailing dot; empty when the text is no host.
std::string domain_of(std::string_view host) {
    std::string domain = base::ascii_lower(host);
    const auto colon = domain.rfind(':');
    const auto bracket = domain.rfind(']');
    if (colon != std::string::npos && (bracket == std::string::npos || bracket < colon)) {
        if (!all_of(std::string_view(domain).substr(colon + 1), "0123456789")) return {};
        domain.resize(colon);
    }
    if (domain.starts_with('[')) return is_bracketed_ipv6(domain) ? domain : std::string{};
    if (!all_of(domain, "abcdefghijklmnopqrstuvwxyz0123456789.-")) return {};
    if (domain.ends_with('.')) domain.pop_back();
    return domain;
}

/// As browsers tell it (WHATWG URL, "ends in a number"): `10.0.0.1`, but also `127.1` and `0x7f000001`.
bool is_ipv4(std::string_view domain) {
    const std::string_view last = domain.substr(domain.rfind('.') + 1);
    return all_of(last, "0123456789") || (last.starts_with("0x") && all_of(last.substr(1), "x0123456789abcdef"));
}

bool matches(std::string_view domain, std::string_view pattern) {
    if (pattern == "*") return true;
    const std::string wanted = base::ascii_lower(pattern);
    if (wanted.starts_with('.')) return domain.ends_with(wanted) || domain == std::string_view(wanted).substr(1);
    return domain == wanted;
}

/// The request's Origin, where it is an allowed one; else empty.
std::string allowed_origin(const http::Request& request, const std::vector<std::string>& allowed_origins) {
    std::string origin = request.header("Origin");
    if (std::find(allowed_origins.begin(), allowed_origins.end(), origin) == allowed_origins.end()) return {};
    return origin;
}

}  // namespace

bool is_allowed_host(std::string_view host, const std::vector<std::string>& allowed) {
    const std::string domain = domain_of(host);
    if (domain.empty()) return false;
    return std::any_of(allowed.begin(), allowed.end(), [&](const std::string& p) { return matches(domain, p); });
}

std::string requested_host(const http::Request& request, const rest::Target& target) {
    return target.authority.empty() ? request.header("Host") : std::string(target.authority);
}

void add_vary(http::Response& response, std::string_view name) {
    if (std::string* vary = response.find("Vary")) {
        *vary += ", ";
        *vary += name;
    } else {
        response.set("Vary", std::string(name));
    }
}

bool is_preflight(const http::Request& request) {
    return request.method() == "OPTIONS" && request.has("Access-Control-Request-Method");
}

bool is_same_origin_path(std::string_view path) {
    return path.starts_with(kConsoleSession);
}

void add_cors_headers(http::Response& response, const http::Request& request,
                      const std::vector<std::string>& allowed_origins) {
    add_vary(response, "origin");
    const std::string origin = allowed_origin(request, allowed_origins);
    if (origin.empty()) return;
    response.set("Access-Control-Allow-Origin", origin);
    if (request.method() != "OPTIONS") return;
    response.set("Access-Control-Allow-Headers", std::string(kAllowedHeaders));
    response.set("Access-Control-Allow-Methods", std::string(kAllowedMethods));
    response.set("Access-Control-Max-Age", std::string(kMaxAge));
}

void expose_headers(http::Response& response, const http::Request& request,
                    const std::vector<std::string>& allowed_origins) {
    if (allowed_origin(request, allowed_origins).empty()) return;
    response.set("Access-Control-Expose-Headers", std::string(kExposedHeaders));
}

void add_security_headers(http::Response& response) {
    response.set("X-Content-Type-Options", "nosniff");
    response.set("Referrer-Policy", "same-origin");
    response.set("Cross-Origin-Opener-Policy", "same-origin");
    if (response.find("Cache-Control") == nullptr) response.set("Cache-Control", "no-store");
}

bool is_domain_name(std::string_view host) {
    const std::string domain = domain_of(host);
    if (domain.empty() || domain.starts_with('[') || is_ipv4(domain)) return false;
    return domain != "localhost" && !domain.ends_with(".localhost");
}

void add_transport_security(http::Response& response, std::string_view host) {
    // compat: hsts
    if (is_domain_name(host)) response.set("Strict-Transport-Security", std::string(kTransportSecurity));
}

void add_frame_options(http::Response& response) {
    response.set("X-Frame-Options", "DENY");
}

}  // namespace wdx::app
