#pragma once

#include "http/message.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace wdx::http {

/// The proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.  No other header is, and nobody else's.
class TrustedProxies {
  public:
    TrustedProxies() = default;
    /// @param entries  addresses, CIDR ranges (`10.0.0.0/8`, `fd00::/8`), or `unix` for whoever connects by a unix
    /// socket
    /// @throws boost::system::system_error  for anything else
    explicit TrustedProxies(const std::vector<std::string>& entries);

    /// The address that the request came from.  If the connection's peer is trusted, X-Forwarded-For is read from its
    /// right end, where the nearest proxy wrote: trusted addresses are passed over, the first other one is the client;
    /// if all are trusted, the leftmost is.  Ports and brackets are dropped, an IPv4-mapped address is told as IPv4.
    /// Where something else than an address stands, the walk ends at the last good one.
    /// @return empty for a unix socket whose proxy named nobody
    [[nodiscard]] std::string client_address(const Request& request) const;

    /// True when the client came by https: to us, or to a trusted proxy whose X-Forwarded-Proto says so.  Of several
    /// values the first is that of the proxy that the client spoke to.
    [[nodiscard]] bool came_by_https(const Request& request) const;

  private:
    /// An address in 16 bytes, IPv4 as IPv4-mapped IPv6.
    using Bytes = std::array<unsigned char, 16>;
    struct Range {
        Bytes network;
        unsigned prefix;  ///< bits
    };

    [[nodiscard]] bool contains(const Bytes& address) const noexcept;
    [[nodiscard]] bool trusts(const Peer& peer) const;

    std::vector<Range> ranges_;
    bool unix_ = false;
};

}  // namespace wdx::http
