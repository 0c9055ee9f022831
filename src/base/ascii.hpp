#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace wdx::base {

/// A to Z in lower case; every other byte as it is, whatever the locale.
constexpr char ascii_lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

/// The same for each byte of a text.
inline std::string ascii_lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = ascii_lower(c);
    return out;
}

/// Whether two texts are the same but for the case of A to Z.
constexpr bool equals_ignoring_ascii_case(std::string_view left, std::string_view right) noexcept {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](char a, char b) { return ascii_lower(a) == ascii_lower(b); });
}

}  // namespace wdx::base
