#include "http/message.hpp"

#include "base/clock.hpp"

#include <array>
#include <ctime>

#include <boost/beast/http/status.hpp>
#include <fmt/format.h>

namespace wdx::http {
namespace beast_http = boost::beast::http;
namespace {

constexpr std::size_t kTypicalHead = 512;

}  // namespace

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
    out.reserve(kTypicalHead);
    out += "HTTP/1.1 ";
    out += std::to_string(response.status);
    out += ' ';
    out.append(reason.data(), reason.size());
    out += "\r\nDate: ";
    out += http_date();
    out += "\r\n";
    for (const auto& [name, value] : response.headers) {
        out += name;
        out += ": ";
        out += value;
        out += "\r\n";
    }
    // A 204 has no length either, and that of a 304 would be the page's (RFC 9110, section 8.6).
    const bool has_length = !response.stream && response.status != 204 && response.status != 304;
    if (has_length) {
        out += "Content-Length: ";
        out += std::to_string(response.body.size());
        out += "\r\n";
    } else if (response.stream && version >= 11) {
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
