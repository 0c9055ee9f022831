#include "cli/username.hpp"

#include "base/unicode.hpp"
#include "cli/word_characters.hpp"

#include <algorithm>
#include <cstddef>

namespace wdx::cli {
namespace {

constexpr std::size_t kLengthLimit = 150;
constexpr std::u32string_view kPunctuation = U"@.+-";

/// Takes the first character off well-formed UTF-8.
char32_t take_code_point(std::string_view& text) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    char32_t code_point = length == 1 ? lead : lead & (0xffU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i)
        code_point = (code_point << 6U) | (static_cast<unsigned char>(text[i]) & 0x3fU);
    text.remove_prefix(length);
    return code_point;
}

bool is_word_character(char32_t code_point) {
    const auto after = std::upper_bound(kWordCharacters.begin(), kWordCharacters.end(), code_point,
                                        [](char32_t c, const CodePointRange& range) { return c < range.first; });
    return after != kWordCharacters.begin() && code_point <= std::prev(after)->last;
}

}  // namespace

std::string username_fault(std::string_view username) {
    if (username.empty()) return "The username must not be empty.";
    bool fits = base::is_utf8(username);
    std::size_t length = 0;
    for (std::string_view rest = username; fits && !rest.empty(); ++length) {
        const char32_t c = take_code_point(rest);
        fits = is_word_character(c) || kPunctuation.find(c) != std::u32string_view::npos;
    }
    if (!fits) return "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.";
    if (length > kLengthLimit)
        return "Ensure this value has at most 150 characters (it has " + std::to_string(length) + ").";
    return {};
}

}  // namespace wdx::cli
