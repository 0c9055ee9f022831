#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wdx::base {

/// base64url without padding (RFC 4648, section 5; RFC 7515, appendix C).
std::string base64url_encode(std::string_view bytes);
/// Strict: only the alphabet, no padding, no impossible length, unused bits zero.
/// @return nullopt when `text` is not canonical
std::optional<std::string> base64url_decode(std::string_view text);

/// Standard base64 with its padding (RFC 4648, section 4); characters outside the alphabet are skipped as Python's
/// `base64.b64decode` does, which HTTP Basic of the original relies on.
/// @return nullopt when the padding is wrong
std::optional<std::string> base64_decode_lenient(std::string_view text);

}  // namespace wdx::base
