#include "http/message.hpp"

#include "base/clock.hpp"

#include <array>
#include <ctime>

#include <boost/beast/http/status.hpp>
#include <fmt/format.h>

namespace wdx::http {
namespace beast_http = boost::beast::http;

std::string Request::header(std::string_view name) const {
    std::string out;
    bool first = true;
    const auto range = message.equal_range(name);
    for (auto it = range.first; it != range.second; ++it) {
        if (!first) out += ',';
        first = false;
        out += view(it->value());
    }
    return out;
}

std::string_view http_date() {
    thread_local base::UnixTime made_at = 0;
    thread_local std::string text;
    const base::UnixTime now = base::unix_now();
    if (now != made_at) {
        std::tm parts{};
        const std::time_t seconds = now;
        gmtime_r(&seconds, &parts);
        std::array<char, 40> buffer{};
        const std::size_t size = std::strftime(buffer.data(), buffer.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
        text.assign(buffer.data(), size);
        made_at = now;
    }
    return text;
}

std::string serialize_head(const Response& response, bool keep_alive, unsigned version) {
    const auto reason = beast_http::obsolete_reason(beast_http::int_to_status(response.status));
    std::string out;
    out.reserve(512);
    auto append = std::back_inserter(out);
    fmt::format_to(append, "HTTP/1.1 {} {}\r\nDate: {}\r\n", response.status,
                   std::string_view{reason.data(), reason.size()}, http_date());
    for (const auto& [name, value] : response.headers) fmt::format_to(append, "{}: {}\r\n", name, value);
    if (!response.stream) {
        fmt::format_to(append, "Content-Length: {}\r\n", response.body.size());
    } else if (version >= 11) {
        out += "Transfer-Encoding: chunked\r\n";
    }
    if (!keep_alive) {
        out += "Connection: close\r\n";
    } else if (version < 11) {
        out += "Connection: keep-alive\r\n";
    }
    out += "\r\n";
    return out;
}

}  // namespace wdx::http
