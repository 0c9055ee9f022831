#include "cli/username.hpp"

#include "base/unicode.hpp"

#include <cstddef>

namespace wdx::cli {
namespace {

constexpr std::size_t kLengthLimit = 150;
constexpr std::u32string_view kPunctuation = U"@.+-";

}  // namespace

std::string username_fault(std::string_view username) {
    if (username.empty()) return "The username must not be empty.";
    bool fits = base::is_utf8(username);
    std::size_t length = 0;
    for (std::size_t position = 0; fits && position < username.size(); ++length) {
        const char32_t c = base::next_code_point(username, position);
        fits = base::is_word_character(c) || kPunctuation.find(c) != std::u32string_view::npos;
    }
    if (!fits) return "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.";
    if (length > kLengthLimit)
        return "Ensure this value has at most 150 characters (it has " + std::to_string(length) + ").";
    return {};
}

}  // namespace wdx::cli
