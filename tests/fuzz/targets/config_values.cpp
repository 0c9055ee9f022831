#include "config/checks.hpp"
#include "config/listen.hpp"
#include "config/values.hpp"
#include "targets.hpp"

#include <algorithm>

namespace wdx::fuzz {
namespace {

/// What is printed reads the same.
template <typename Parse, typename Format>
void check_printed(std::string_view text, Parse parse, Format format) {
    const auto value = parse(text);
    if (!value) return require(!value.error().text.empty(), "a reason");
    const auto again = parse(format(*value));
    require(again.has_value() && *again == *value, "printed and read again");
}

void check_values(std::string_view text) {
    constexpr config::Bounds kBounds{1, 0777};
    check_printed(text, config::parse_bool, config::format_bool);
    check_printed(text, config::parse_rate, config::format_rate);
    check_printed(text, config::parse_log_format, config::format_log_format);
    check_printed(text, config::parse_log_level, config::format_log_level);
    check_printed(
        text, [&](std::string_view t) { return config::parse_mode(t, kBounds); }, config::format_mode);
    check_printed(
        text, [&](std::string_view t) { return config::parse_whole_number(t, kBounds); },
        [](std::uint64_t value) { return std::to_string(value); });
    if (const auto number = config::parse_whole_number(text, kBounds))
        require(*number >= kBounds.min && *number <= kBounds.max, "within the bounds");
}

void check_list(std::string_view text) {
    const auto entries = config::parse_list(text);
    for (const std::string& entry : entries)
        require(!entry.empty() && entry.find_first_of(",\n") == std::string::npos, "an entry");
    require(config::parse_list(config::format_list(entries)) == entries, "printed and read again");
}

void check_addresses(std::string_view text) {
    const auto address = config::parse_listen(text);
    require(address.has_value() == !config::check_listen(text), "one opinion");
    if (address) {
        require(address->is_unix == !address->path.empty() && address->is_unix == address->host.empty(), "of one kind");
        require(address->path.size() <= 107, "fits sockaddr_un");
    }
    if (!config::check_loopback_listen(text)) require(address && config::is_loopback(*address), "on loopback");
    if (config::is_host_name(text)) {
        require(!config::check_allowed_host(text), "a host may be allowed");
        // Digits and dots alone are a name, but no address to listen on; `unix:` begins a path.
        const bool is_numeric = text.find_first_not_of("0123456789.") == std::string_view::npos;
        if (!is_numeric && text != "unix")
            require(config::parse_listen(std::string(text) + ":80").has_value(), "and listened on");
    }
    if (!config::check_cors_origin(text))
        require(text.find("://") != std::string_view::npos && text.find_first_of(" \r\n,*") == std::string_view::npos,
                "an origin is one header value");
}

/// Settings that hold secrets are refused without repeating them.
void check_secrets(std::string_view text) {
    const auto refused = config::check_database_url(text);
    if (refused && text.size() > refused->size()) require(refused->find(text) == std::string::npos, "not repeated");
    require(!refused || refused == config::check_database_url("://"), "always the same words");
}

}  // namespace

void config_values(std::string_view input) {
    check_values(input);
    check_list(input);
    check_addresses(input);
    check_secrets(input);
    config::check_trusted_proxy(input);
    config::check_time_zone(input);
}

}  // namespace wdx::fuzz
