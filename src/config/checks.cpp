#include "config/checks.hpp"

#include "config/listen.hpp"
#include "model/signals.hpp"
#include "platform/numbers.hpp"

#include <algorithm>
#include <charconv>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <fmt/format.h>

namespace wdx::config {
namespace {

bool is_lower_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_scheme(std::string_view text) {
    return !text.empty() && text.front() >= 'a' && text.front() <= 'z' &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return is_lower_or_digit(c) || c == '+' || c == '-' || c == '.'; });
}

bool has_upper(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

// `fe80::1%eth0` can be listened on, but browsers send no zone (WHATWG URL, section 3.1).
bool has_zone(std::string_view text) {
    return text.find('%') != std::string_view::npos;
}

// `[v6]` without a port.
bool is_bracketed_ipv6(std::string_view text) {
    return text.starts_with('[') && text.ends_with(']') && !has_zone(text) &&
           parse_listen(std::string(text) + ":0").has_value();
}

// `host` or `host:port`, as it stands in an origin.
bool is_authority(std::string_view text) {
    if (has_zone(text)) return false;
    const std::optional<ListenAddress> with_port = parse_listen(text);
    return is_host_name(text) || is_bracketed_ipv6(text) || (with_port && !with_port->is_unix);
}

/// The scheme, then a host, and no character that a URL cannot have.
bool is_url_of(std::string_view text, std::string_view scheme) {
    if (!text.starts_with(scheme) || text.size() == scheme.size() || text[scheme.size()] == '/') return false;
    return std::all_of(text.begin(), text.end(), [](char c) {
        return c > ' ' && c < '\x7f' && std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos;
    });
}

}  // namespace

std::optional<std::string> check_listen(std::string_view text) {
    if (parse_listen(text)) return std::nullopt;
    return fmt::format("'{}' is not host:port, [v6]:port or unix:/absolute/path (of at most 107 bytes)", text);
}

std::optional<std::string> check_loopback_listen(std::string_view text) {
    if (auto refused = check_listen(text)) return refused;
    if (is_loopback(*parse_listen(text))) return std::nullopt;
    return fmt::format("'{}' must be on loopback or a unix socket", text);
}

std::optional<std::string> check_trusted_proxy(std::string_view text) {
    namespace ip = boost::asio::ip;
    const std::string name(text);
    boost::system::error_code no_address;
    boost::system::error_code no_v4;
    boost::system::error_code no_v6;
    ip::make_address(name, no_address);
    ip::make_network_v4(name, no_v4);
    ip::make_network_v6(name, no_v6);
    const bool has_nul = text.find('\0') != std::string_view::npos;  // Asio reads up to it
    if (text == "unix" || (!has_nul && (!no_address || !no_v4 || !no_v6))) return std::nullopt;
    return fmt::format("'{}' is not an address, a range such as 10.0.0.0/8, or unix", text);
}

std::optional<std::string> check_signal_weight(std::string_view text) {
    return model::SignalWeights{}.read(text);
}

std::optional<std::string> check_share(std::string_view text) {
    const auto share = platform::parse_double(text);
    if (share && *share >= 0 && *share <= 1) return std::nullopt;
    return fmt::format("'{}' is not a number from 0 to 1", text);
}

std::optional<std::string> check_alert_count(std::string_view text) {
    std::uint32_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    const bool is_count = error == std::errc{} && end == text.data() + text.size() && count >= 1;
    if (text == "off" || is_count) return std::nullopt;
    return fmt::format("'{}' is neither off nor a whole number from 1", text);
}

std::optional<std::string> check_alert_share(std::string_view text) {
    const auto share = platform::parse_double(text);
    if (text == "off" || (share && *share > 0 && *share <= 1)) return std::nullopt;
    return fmt::format("'{}' is neither off nor a number above 0 and up to 1", text);
}

std::optional<std::string> check_digest(std::string_view text) {
    if (text == "off" || text == "daily" || text == "weekly") return std::nullopt;
    return fmt::format("'{}' is not off, daily or weekly", text);
}

std::optional<std::string> check_webhook_form(std::string_view text) {
    if (text == "json" || text == "slack" || text == "discord" || text == "ntfy") return std::nullopt;
    return fmt::format("'{}' is not json, slack, discord or ntfy", text);
}

std::optional<std::string> check_web_url(std::string_view text) {
    if (is_url_of(text, "https://") || is_url_of(text, "http://")) return std::nullopt;
    return "must be an https:// or http:// URL";
}

std::optional<std::string> check_smtp_url(std::string_view text) {
    if (is_url_of(text, "smtps://") || is_url_of(text, "smtp://")) return std::nullopt;
    return "must be an smtps:// or smtp:// URL";
}

std::optional<std::string> check_mail_address(std::string_view text) {
    const std::size_t at = text.find('@');
    const auto is_plain = [](std::string_view part, std::string_view others) {
        return !part.empty() && std::all_of(part.begin(), part.end(), [&](char c) {
            return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || others.find(c) != std::string_view::npos;
        });
    };
    if (at != std::string_view::npos && is_plain(text.substr(0, at), ".!#$%&'*+-/=?^_`{|}~") &&
        is_plain(text.substr(at + 1), ".-"))
        return std::nullopt;
    return fmt::format("'{}' is not an address like name@example.org", text);
}

std::optional<std::string> check_allowed_host(std::string_view text) {
    const std::string_view name = text.starts_with('.') ? text.substr(1) : text;
    if (text == "*" || is_host_name(name) || is_bracketed_ipv6(text)) return std::nullopt;
    return fmt::format("'{}' is not a host name, .suffix, [v6] or * (without scheme and port)", text);
}

std::optional<std::string> check_cors_origin(std::string_view text) {
    if (text == "*") return "'*' is refused, name each origin";
    constexpr std::string_view kSeparator = "://";
    const std::size_t separator = text.find(kSeparator);
    const bool is_origin = separator != std::string_view::npos && is_scheme(text.substr(0, separator)) &&
                           is_authority(text.substr(separator + kSeparator.size())) && !has_upper(text);
    if (is_origin) return std::nullopt;
    return fmt::format("'{}' is not scheme://host[:port] in lower case without a path", text);
}

std::optional<std::string> check_database_url(std::string_view text) {
    const bool is_uri = text.starts_with("postgresql://") || text.starts_with("postgres://");
    const bool has_other_scheme = !is_uri && text.substr(0, text.find('=')).find("://") != std::string_view::npos;
    if (is_uri || (text.find('=') != std::string_view::npos && !has_other_scheme)) return std::nullopt;
    return "must be a postgresql:// URI or libpq's key=value pairs";
}

std::optional<std::string> check_time_zone(std::string_view text) {
    const bool is_name = text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
                             return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') ||
                                    std::string_view("/_+-").find(c) != std::string_view::npos;
                         });
    if (is_name) return std::nullopt;
    return fmt::format("'{}' is not the name of a time zone", text);
}

}  // namespace wdx::config
