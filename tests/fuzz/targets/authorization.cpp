#include "rest/authorization.hpp"

#include "base/base64.hpp"
#include "base/unicode.hpp"
#include "targets.hpp"

#include <algorithm>

namespace wdx::fuzz {
namespace {

using rest::BasicCredentials;

/// Base64 with its padding.
std::string standard_base64(std::string_view bytes) {
    std::string text = base::base64url_encode(bytes);
    std::replace(text.begin(), text.end(), '-', '+');
    std::replace(text.begin(), text.end(), '_', '/');
    text.append((4 - text.size() % 4) % 4, '=');
    return text;
}

void check_header(std::string_view header) {
    const auto parsed = rest::parse_authorization(header, true);
    if (const auto* bearer = std::get_if<rest::BearerCredentials>(&parsed)) {
        require(!bearer->token.empty() && header.find(bearer->token) != std::string_view::npos, "a part of the header");
        require(bearer->token.find_first_of(" \t\r\n") == std::string_view::npos, "one word");
    }
    if (const auto* basic = std::get_if<BasicCredentials>(&parsed)) {
        require(base::is_utf8(basic->username) && base::is_utf8(basic->password), "text");
        require(basic->username.find(':') == std::string::npos, "the first colon ends the name");
    }
    if (const auto* fault = std::get_if<rest::AuthorizationFault>(&parsed)) require(!fault->detail.empty(), "a reason");
    const auto without = rest::parse_authorization(header, false);
    require(!std::holds_alternative<BasicCredentials>(without), "no Basic where it is off");
    require(without.index() == parsed.index() || std::holds_alternative<rest::NoCredentials>(without),
            "Basic is an unknown scheme where it is off");
}

/// What a client of HTTP Basic encodes comes out again.
void check_basic_round_trip(std::string_view pair) {
    const auto colon = pair.find(':');
    if (colon == std::string_view::npos || !base::is_utf8(pair)) return;
    const auto parsed = rest::parse_authorization("bASIC\t" + standard_base64(pair), true);
    const auto* basic = std::get_if<BasicCredentials>(&parsed);
    require(basic != nullptr && basic->username == pair.substr(0, colon) && basic->password == pair.substr(colon + 1),
            "the pair that was encoded");
}

void check_base64url(std::string_view text) {
    require(base::base64url_decode(base::base64url_encode(text)) == text, "bytes, encoded and decoded");
    if (const auto bytes = base::base64url_decode(text)) require(base::base64url_encode(*bytes) == text, "canonical");
}

}  // namespace

void authorization(std::string_view input) {
    check_header(input);
    check_basic_round_trip(input);
    check_base64url(input);
}

}  // namespace wdx::fuzz
