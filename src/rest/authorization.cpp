#include "rest/authorization.hpp"

#include "base/ascii.hpp"
#include "base/base64.hpp"
#include "base/unicode.hpp"

#include <algorithm>
#include <vector>

namespace wdx::rest {
namespace {

constexpr AuthorizationFault kBearerParts{"Authorization header must contain two space-delimited values",
                                          "bad_authorization_header"};
constexpr AuthorizationFault kBasicMissing{"Invalid basic header. No credentials provided.", {}};
constexpr AuthorizationFault kBasicSpaces{"Invalid basic header. Credentials string should not contain spaces.", {}};
constexpr AuthorizationFault kBasicEncoding{"Invalid basic header. Credentials not correctly base64 encoded.", {}};

/// Splits at ASCII white space, as Python's `bytes.split()`.
std::vector<std::string_view> split(std::string_view text) {
    constexpr std::string_view kSpace = " \t\n\r\x0b\f";
    std::vector<std::string_view> parts;
    while (true) {
        const auto begin = text.find_first_not_of(kSpace);
        if (begin == std::string_view::npos) return parts;
        text.remove_prefix(begin);
        const auto end = std::min(text.find_first_of(kSpace), text.size());
        parts.push_back(text.substr(0, end));
        text.remove_prefix(end);
    }
}

bool is_basic(std::string_view scheme) {
    return base::equals_ignoring_ascii_case(scheme, "basic");
}

Authorization parse_basic(const std::vector<std::string_view>& parts) {
    if (parts.size() == 1) return kBasicMissing;
    if (parts.size() > 2) return kBasicSpaces;
    const auto decoded = base::base64_decode_lenient(parts[1]);
    if (!decoded) return kBasicEncoding;
    const std::string pair = base::is_utf8(*decoded) ? *decoded : base::latin1_to_utf8(*decoded);
    const auto colon = pair.find(':');
    if (colon == std::string::npos) return kBasicEncoding;
    return BasicCredentials{pair.substr(0, colon), pair.substr(colon + 1)};
}

}  // namespace

Authorization parse_authorization(std::string_view header, bool with_basic) {
    const auto parts = split(header);
    if (parts.empty()) return NoCredentials{};
    if (parts[0] == "Bearer") {
        if (parts.size() != 2) return kBearerParts;
        return BearerCredentials{parts[1]};
    }
    if (with_basic && is_basic(parts[0])) return parse_basic(parts);
    return NoCredentials{};
}

}  // namespace wdx::rest
