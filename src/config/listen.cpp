#include "config/listen.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <charconv>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>

namespace wdx::config {
namespace {

namespace ip = boost::asio::ip;

constexpr std::size_t kMaxSocketPath = 107;    // sockaddr_un: 108 bytes with the terminating zero
constexpr std::size_t kMaxInterfaceName = 15;  // IFNAMSIZ: 16 bytes with the terminating zero
constexpr std::string_view kUnixPrefix = "unix:";

// <cctype> would follow the locale.
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_label_character(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, port);
    if (text.empty() || error != std::errc() || stop != end) return std::nullopt;
    return port;
}

std::optional<ListenAddress> parse_unix(std::string_view path) {
    const bool has_control =
        std::any_of(path.begin(), path.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    if (!path.starts_with('/') || path.ends_with('/') || path.size() > kMaxSocketPath || has_control)
        return std::nullopt;
    ListenAddress address;
    address.is_unix = true;
    address.path = path;
    return address;
}

// Asio reads up to a NUL.
bool has_nul(std::string_view text) {
    return text.find('\0') != std::string_view::npos;
}

// RFC 4007, section 11.2: `%` and a zone, on Linux the name of an interface.  Asio takes any bytes for one.
bool is_zone(std::string_view text) {
    return !text.empty() && text.size() <= kMaxInterfaceName &&
           std::all_of(text.begin(), text.end(), [](char c) { return is_label_character(c) || c == '.'; });
}

bool is_ipv6(const std::string& text) {
    const std::size_t percent = text.find('%');
    if (percent != std::string::npos && !is_zone(std::string_view(text).substr(percent + 1))) return false;
    boost::system::error_code error;
    ip::make_address_v6(text, error);
    return !error && !has_nul(text);
}

bool is_ipv4(const std::string& text) {
    boost::system::error_code error;
    ip::make_address_v4(text, error);
    return !error && !has_nul(text);
}

bool is_tcp_host(const std::string& host) {
    const bool looks_numeric = std::all_of(host.begin(), host.end(), [](char c) { return is_digit(c) || c == '.'; });
    return looks_numeric ? is_ipv4(host) : is_host_name(host);
}

bool is_localhost(std::string_view host) {
    return base::equals_ignoring_ascii_case(host, "localhost");
}

}  // namespace

bool is_host_name(std::string_view text) {
    if (text.empty() || text.size() > 253) return false;
    char previous = '.';
    for (const char c : text) {
        if (c == '.' ? previous == '.' : !is_label_character(c)) return false;
        previous = c;
    }
    return previous != '.';
}

std::optional<ListenAddress> parse_listen(std::string_view text) {
    if (text.starts_with(kUnixPrefix)) return parse_unix(text.substr(kUnixPrefix.size()));

    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const std::optional<std::uint16_t> port = parse_port(text.substr(colon + 1));
    if (!port) return std::nullopt;

    ListenAddress address;
    address.port = *port;
    const std::string_view host = text.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
        address.host = host.substr(1, host.size() - 2);
        if (!is_ipv6(address.host)) return std::nullopt;
    } else {
        address.host = host;
        if (!is_tcp_host(address.host)) return std::nullopt;
    }
    return address;
}

bool is_loopback(const ListenAddress& address) {
    if (address.is_unix || is_localhost(address.host)) return true;
    boost::system::error_code error;
    const ip::address numeric = ip::make_address(address.host, error);
    if (error) return false;
    if (numeric.is_v6() && numeric.to_v6().is_v4_mapped())
        return ip::make_address_v4(ip::v4_mapped, numeric.to_v6()).is_loopback();
    return numeric.is_loopback();
}

}  // namespace wdx::config
