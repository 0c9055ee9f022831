#include "http/client_address.hpp"

#include "targets.hpp"

#include <boost/asio/ip/address.hpp>

namespace wdx::fuzz {

/// The first line is the peer, the rest the value of X-Forwarded-For.
void client_address(std::string_view input) {
    static const http::TrustedProxies kTrusting({"10.0.0.0/8", "127.0.0.1", "fd00::/8", "unix"});
    static const http::TrustedProxies kTrustingNobody;
    const auto line_end = std::min(input.find('\n'), input.size());
    boost::system::error_code no_address;
    const auto parsed = boost::asio::ip::make_address(std::string(input.substr(0, line_end)), no_address);
    // A peer's address is our own text; a unix socket has none.
    const http::Peer peer{.address = no_address ? std::string() : parsed.to_string()};
    http::Request request;
    request.peer = &peer;
    request.message.set("X-Forwarded-For", std::string(input.substr(std::min(line_end + 1, input.size()))));

    require(kTrustingNobody.client_address(request) == peer.address, "nobody is believed who is not named");
    const std::string address = kTrusting.client_address(request);
    boost::system::error_code not_told;
    boost::asio::ip::make_address(address, not_told);
    require(address == peer.address || !not_told, "an address, and not what was written there");
    require(address.find_first_of(" \t\r\n\"") == std::string::npos, "one word, for the log");
}

}  // namespace wdx::fuzz
