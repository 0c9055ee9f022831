#include "rest/same_origin.hpp"

#include "base/ascii.hpp"
#include "rest/url.hpp"

#include <string_view>

namespace wdx::rest {
namespace {

constexpr std::string_view kHttp = "http";
constexpr std::string_view kHttps = "https";
constexpr std::string_view kSchemeEnd = "://";

struct Origin {
    bool is_https = false;
    std::string host;  ///< in lower case
    std::string port;
};

/// `host`, `host:port`, `[::1]:port`; the port is the scheme's where none is given.
Origin read_authority(bool is_https, std::string_view authority) {
    Origin origin{.is_https = is_https, .host = base::ascii_lower(authority), .port = is_https ? "443" : "80"};
    const auto colon = origin.host.rfind(':');
    if (colon == std::string::npos || origin.host.find(']', colon) != std::string::npos) return origin;
    if (colon + 1 < origin.host.size()) origin.port = origin.host.substr(colon + 1);
    origin.host.resize(colon);
    return origin;
}

/// @return nullopt for `null`, and for what is no origin of a page of the web
std::optional<Origin> read_origin(std::string_view text) {
    const auto end = text.find(kSchemeEnd);
    const std::string_view scheme = text.substr(0, end);
    if (end == std::string_view::npos || (scheme != kHttp && scheme != kHttps)) return std::nullopt;
    return read_authority(scheme == kHttps, text.substr(end + kSchemeEnd.size()));
}

Origin own_origin(const http::Request& request) {
    const Target target = parse_target(request.target());
    return read_authority(request.is_https,
                          target.authority.empty() ? request.header("Host") : std::string(target.authority));
}

std::string missing_https(const http::Request& request) {
    if (request.has("X-Forwarded-Proto"))
        return "The page came by https, but the proxy that says so is not trusted: add its address to "
               "WDX_TRUSTED_PROXIES.";
    return "The page came by https, but the server does not know that: the proxy must say so (in nginx, "
           "`proxy_set_header X-Forwarded-Proto $scheme;`), and its address must be in WDX_TRUSTED_PROXIES.";
}

}  // namespace

std::optional<std::string> find_foreign_origin(const http::Request& request) {
    if (!request.has("Origin")) {
        if (request.header("Sec-Fetch-Site") == "same-origin") return std::nullopt;
        return "Only the pages of this server may ask for this. A browser says with Origin or Sec-Fetch-Site which "
               "page "
               "asks; neither is here. If there is a proxy, it must pass them on.";
    }
    const auto page = read_origin(request.header("Origin"));
    if (!page) return "Only the pages of this server may ask for this.";
    const Origin own = own_origin(request);
    if (page->host != own.host)
        return "Only the pages of this server may ask for this. If this is one of them, the proxy must pass on the "
               "name "
               "that the browser asked for (in nginx, `proxy_set_header Host $http_host;`).";
    if (page->is_https && !own.is_https) return missing_https(request);
    if (page->is_https != own.is_https) return "This page came by http: open it by https.";
    if (page->port != own.port)
        return "The page and this request have different ports. If there is a proxy, it must pass on the port as well "
               "(in nginx, `proxy_set_header Host $http_host;`, for $host is without it).";
    return std::nullopt;
}

}  // namespace wdx::rest
