#include "http/client_address.hpp"

#include <algorithm>
#include <optional>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <boost/beast/core/string.hpp>

namespace wdx::http {
namespace {

namespace ip = boost::asio::ip;

constexpr unsigned kMappedPrefix = 96;  ///< bits before the IPv4 address in an IPv4-mapped one
constexpr unsigned kAllBits = 128;
constexpr std::string_view kForwardedProto = "X-Forwarded-Proto";

ip::address_v6 widen(const ip::address& address) {
    return address.is_v4() ? ip::make_address_v6(ip::v4_mapped, address.to_v4()) : address.to_v6();
}

std::string to_text(const ip::address_v6& address) {
    if (address.is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, address).to_string();
    return address.to_string();
}

std::optional<ip::address_v6> parse_address(std::string_view text) {
    boost::system::error_code error;
    const ip::address address = ip::make_address(std::string(text), error);
    if (error || text.find('\0') != std::string_view::npos) return std::nullopt;  // Asio reads up to a NUL
    ip::address_v6 wide = widen(address);
    wide.scope_id(0);  // the name of an interface of somebody else's machine
    return wide;
}

std::string_view trim(std::string_view text) {
    constexpr std::string_view kSpace = " \t";
    const auto begin = text.find_first_not_of(kSpace);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

/// True for nothing or `:` and digits.
bool is_port_or_nothing(std::string_view text) {
    if (text.empty()) return true;
    return text.size() > 1 && text.front() == ':' && text.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`.
std::optional<ip::address_v6> parse_entry(std::string_view entry) {
    entry = trim(entry);
    const bool bracketed = entry.starts_with('[');
    const auto colon = entry.find(':');
    std::size_t end = entry.size();
    if (bracketed) {
        entry.remove_prefix(1);
        end = entry.find(']');
        if (end == std::string_view::npos || !is_port_or_nothing(entry.substr(end + 1))) return std::nullopt;
    } else if (colon != std::string_view::npos && colon == entry.rfind(':')) {
        end = colon;
        if (!is_port_or_nothing(entry.substr(end))) return std::nullopt;
    }
    return parse_address(entry.substr(0, end));
}

}  // namespace

TrustedProxies::TrustedProxies(const std::vector<std::string>& entries) {
    for (const std::string& entry : entries) {
        if (entry == "unix") {
            unix_ = true;
        } else if (entry.find('/') == std::string::npos) {
            ranges_.push_back({widen(ip::make_address(entry)).to_bytes(), kAllBits});
        } else if (entry.find(':') == std::string::npos) {
            const ip::network_v4 network = ip::make_network_v4(entry);
            ranges_.push_back({widen(network.address()).to_bytes(), kMappedPrefix + network.prefix_length()});
        } else {
            const ip::network_v6 network = ip::make_network_v6(entry);
            ranges_.push_back({network.address().to_bytes(), network.prefix_length()});
        }
    }
}

bool TrustedProxies::contains(const Bytes& address) const noexcept {
    constexpr unsigned kByte = 8;
    const bool is_v4 = ip::address_v6(address).is_v4_mapped();
    return std::any_of(ranges_.begin(), ranges_.end(), [&](const Range& range) {
        if (is_v4 && range.prefix < kMappedPrefix) return false;  // `::/0` means IPv6
        for (unsigned bit = 0; bit < range.prefix; bit += kByte) {
            const unsigned bits = std::min(kByte, range.prefix - bit);
            const unsigned mask = (0xFFU << (kByte - bits)) & 0xFFU;
            if (((address[bit / kByte] ^ range.network[bit / kByte]) & mask) != 0) return false;
        }
        return true;
    });
}

bool TrustedProxies::trusts(const Peer& peer) const {
    if (peer.address.empty()) return unix_;
    if (ranges_.empty()) return false;
    const auto address = parse_address(peer.address);
    return address && contains(address->to_bytes());
}

bool TrustedProxies::came_by_https(const Request& request) const {
    if (request.peer->is_tls) return true;
    if (!request.has(kForwardedProto) || !trusts(*request.peer)) return false;
    const std::string header = request.header(kForwardedProto);
    const std::string_view first = std::string_view(header).substr(0, header.find(','));
    return boost::beast::iequals(trim(first), "https");
}

std::string TrustedProxies::client_address(const Request& request) const {
    const std::string& peer = request.peer->address;
    if (!trusts(*request.peer)) return peer;
    std::string last = peer;
    const std::string header = request.header("X-Forwarded-For");
    std::string_view rest = header;
    while (!rest.empty()) {
        const auto comma = rest.rfind(',');
        const auto address = parse_entry(comma == std::string_view::npos ? rest : rest.substr(comma + 1));
        if (!address) break;
        last = to_text(*address);
        if (comma == std::string_view::npos || !contains(address->to_bytes())) break;
        rest = rest.substr(0, comma);
    }
    return last;
}

}  // namespace wdx::http
