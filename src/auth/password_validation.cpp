#include "auth/password_validation.hpp"

#include "base/unicode.hpp"
#include "embedded/auth_data.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <locale.h>
#include <map>
#include <memory>
#include <type_traits>
#include <wctype.h>

namespace wdx::auth {
namespace {

constexpr std::size_t kMinLength = 8;
constexpr double kMaxSimilarity = 0.7;

/// Digits to Python's `str.isdigit()` that are not decimal: superscripts, circled ones and their like (Unicode 15).
struct CodePointRange {
    char32_t first;
    char32_t last;
};
constexpr std::array<CodePointRange, 20> kOtherDigits{{
    {0x00B2, 0x00B3}, {0x00B9, 0x00B9},   {0x1369, 0x1371},   {0x19DA, 0x19DA},   {0x2070, 0x2070},
    {0x2074, 0x2079}, {0x2080, 0x2089},   {0x2460, 0x2468},   {0x2474, 0x247C},   {0x2488, 0x2490},
    {0x24EA, 0x24EA}, {0x24F5, 0x24FD},   {0x24FF, 0x24FF},   {0x2776, 0x277E},   {0x2780, 0x2788},
    {0x278A, 0x2792}, {0x10A40, 0x10A43}, {0x10E60, 0x10E68}, {0x11052, 0x1105A}, {0x1F100, 0x1F10A},
}};

/// The character tables of the C library, whatever the process's own locale is.
class CharacterTypes {
  public:
    CharacterTypes() : locale_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {}

    [[nodiscard]] char32_t lower(char32_t c) const noexcept {
        if (c < 0x80 || !locale_) return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
        return static_cast<char32_t>(towlower_l(static_cast<wint_t>(c), locale_.get()));
    }

    /// A character of `\w` in Python's regular expressions.
    [[nodiscard]] bool is_word(char32_t c) const noexcept {
        if (c < 0x80) return c == '_' || (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
        return !locale_ || iswalnum_l(static_cast<wint_t>(c), locale_.get()) != 0;
    }

  private:
    struct Freer {
        void operator()(locale_t locale) const noexcept { freelocale(locale); }
    };
    std::unique_ptr<std::remove_pointer_t<locale_t>, Freer> locale_;  ///< null: only ASCII is known
};

std::u32string decode_lowered(std::string_view text, const CharacterTypes& types) {
    std::u32string lowered;
    for (std::size_t position = 0; position < text.size();) {
        lowered += types.lower(base::next_code_point(text, position));
    }
    return lowered;
}

std::string encode(const std::u32string& text) {
    std::string encoded;
    for (const char32_t c : text) base::append_utf8(encoded, c);
    return encoded;
}

/// `re.split(r"\W+", text)` and the text itself, in that order; a part may be empty.
std::vector<std::u32string> parts_and_whole(const std::u32string& text, const CharacterTypes& types) {
    std::vector<std::u32string> parts(1);
    bool between = false;
    for (const char32_t c : text) {
        const bool word = types.is_word(c);
        if (!word && !between) parts.emplace_back();
        if (word) parts.back() += c;
        between = !word;
    }
    parts.push_back(text);
    return parts;
}

/// Python's difflib.SequenceMatcher.quick_ratio: how many characters both have, whatever their order.
double quick_ratio(const std::u32string& a, const std::u32string& b) {
    if (a.empty() && b.empty()) return 1;
    std::map<char32_t, std::ptrdiff_t> available;
    for (const char32_t c : b) ++available[c];
    const auto matches = std::count_if(a.begin(), a.end(), [&](char32_t c) { return available[c]-- > 0; });
    return 2.0 * static_cast<double>(matches) / static_cast<double>(a.size() + b.size());
}

/// Django's shortcut for a part that is far too short to be similar.
bool is_out_of_proportion(std::size_t password_length, std::size_t part_length) noexcept {
    const double bound = kMaxSimilarity / 2 * static_cast<double>(password_length);
    return password_length >= 10 * part_length && static_cast<double>(part_length) < bound;
}

bool is_similar(const std::u32string& password, const std::u32string& username, const CharacterTypes& types) {
    if (username.empty()) return false;
    const auto parts = parts_and_whole(username, types);
    return std::any_of(parts.begin(), parts.end(), [&](const std::u32string& part) {
        return !is_out_of_proportion(password.size(), part.size()) && quick_ratio(password, part) >= kMaxSimilarity;
    });
}

/// A binary search over lines in byte order.
bool is_common(std::string_view password) noexcept {
    static_assert(embedded::auth_data::kFiles.size() == 1, "the common passwords are the only data");
    std::string_view lines = embedded::auth_data::kFiles.front().contents;
    while (!lines.empty()) {
        const std::size_t before = lines.rfind('\n', lines.size() / 2 - 1);
        const std::size_t start = before == std::string_view::npos ? 0 : before + 1;
        const std::size_t end = std::min(lines.find('\n', start), lines.size());
        const int order = password.compare(lines.substr(start, end - start));
        if (order == 0) return true;
        lines = order < 0 ? lines.substr(0, start) : lines.substr(std::min(end + 1, lines.size()));
    }
    return false;
}

bool is_digit(char32_t c) noexcept {
    return base::decimal_digit(c) || std::any_of(kOtherDigits.begin(), kOtherDigits.end(), [c](CodePointRange range) {
               return c >= range.first && c <= range.last;
           });
}

bool is_numeric(std::string_view text) noexcept {
    for (std::size_t position = 0; position < text.size();) {
        if (!is_digit(base::next_code_point(text, position))) return false;
    }
    return !text.empty();
}

}  // namespace

std::vector<std::string> validate_password(std::string_view password, std::string_view username) {
    const CharacterTypes types;
    const std::u32string lowered = decode_lowered(password, types);

    std::vector<std::string> messages;
    if (is_similar(lowered, decode_lowered(username, types), types)) {
        messages.emplace_back("The password is too similar to the username.");
    }
    if (base::count_code_points(password) < kMinLength) {
        messages.emplace_back("This password is too short. It must contain at least 8 characters.");
    }
    if (is_common(base::strip(encode(lowered)))) messages.emplace_back("This password is too common.");
    if (is_numeric(password)) messages.emplace_back("This password is entirely numeric.");
    return messages;
}

}  // namespace wdx::auth
