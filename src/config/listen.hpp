#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wdx::config {

/// One place to listen on, as `WDX_LISTEN` names it.
struct ListenAddress {
    bool is_unix = false;
    std::string host;        ///< TCP: a name or an address, IPv6 without its brackets
    std::uint16_t port = 0;  ///< TCP: 0 lets the system pick one
    std::string path;        ///< unix: absolute, at most 107 bytes (`sun_path` of Linux)
    bool operator==(const ListenAddress&) const = default;
};

/// Reads `host:port`, `[v6]:port` (with a zone: `[fe80::1%eth0]:port`) or `unix:/absolute/path`; looks at the syntax
/// alone and resolves no name.
/// @return nullopt for anything else, also for digits and dots that are no IPv4 address (`127.1:80`)
std::optional<ListenAddress> parse_listen(std::string_view text);

/// True when only this machine can reach the address: unix sockets, 127.0.0.0/8 (also as ::ffff:127.x), ::1,
/// `localhost`. Any other name is not, whatever it resolves to.
bool is_loopback(const ListenAddress& address);

/// True for letters, digits, `-` and `_` in labels between single dots (a name or an IPv4 address); no port, no
/// brackets.
bool is_host_name(std::string_view text);

}  // namespace wdx::config
