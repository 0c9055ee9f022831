#include "rest/cookies.hpp"
#include "rest/same_origin.hpp"
#include "targets.hpp"

namespace wdx::fuzz {
namespace {

constexpr std::string_view kName = "wdx_session";

std::string_view next_line(std::string_view& rest) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return line;
}

}  // namespace

/// The first line is Origin, the second Host, the rest Cookie.
void console_login(std::string_view input) {
    http::Request request;
    request.message.set("Origin", std::string(next_line(input)));
    request.message.set("Host", std::string(next_line(input)));
    request.message.set("Cookie", std::string(input));
    const std::string origin = request.header("Origin");
    const std::string cookie = request.header("Cookie");

    for (const bool is_https : {false, true}) {
        request.is_https = is_https;
        if (rest::find_foreign_origin(request)) continue;
        const std::string_view scheme = is_https ? "https://" : "http://";
        require(origin.starts_with(scheme), "its own scheme");
        const std::string asked = request.header("Host");
        const std::size_t size = std::min(asked.find(':'), asked.size());
        require(origin.size() >= scheme.size() + size, "its own host");
    }
    const std::string value = rest::read_cookie(request, kName);
    require(value.find(';') == std::string::npos, "one cookie");
    require(value.empty() || cookie.find(std::string(kName) + '=' + value) != std::string::npos, "as it was sent");
}

}  // namespace wdx::fuzz
