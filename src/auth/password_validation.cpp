#include "auth/password_validation.hpp"

#include "base/unicode.hpp"
#include "embedded/auth_data.hpp"

#include <algorithm>
#include <cstddef>
#include <map>

namespace wdx::auth {
namespace {

constexpr std::size_t kMinLength = 8;
constexpr double kMaxSimilarity = 0.7;

std::u32string decode_lowered(std::string_view text) {
    std::u32string lowered;
    for (std::size_t position = 0; position < text.size();) {
        lowered += base::to_lower(base::next_code_point(text, position));
    }
    return lowered;
}

std::string encode(const std::u32string& text) {
    std::string encoded;
    for (const char32_t c : text) base::append_utf8(encoded, c);
    return encoded;
}

/// `re.split(r"\W+", text)` and the text itself, in that order; a part may be empty.
std::vector<std::u32string> parts_and_whole(const std::u32string& text) {
    std::vector<std::u32string> parts(1);
    bool between = false;
    for (const char32_t c : text) {
        const bool word = base::is_word_character(c);
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

bool is_similar(const std::u32string& password, const std::u32string& username) {
    if (username.empty()) return false;
    const auto parts = parts_and_whole(username);
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

bool is_numeric(std::string_view text) noexcept {
    for (std::size_t position = 0; position < text.size();) {
        if (!base::is_digit(base::next_code_point(text, position))) return false;
    }
    return !text.empty();
}

}  // namespace

std::vector<std::string> validate_password(std::string_view password, std::string_view username) {
    const std::u32string lowered = decode_lowered(password);

    std::vector<std::string> messages;
    if (is_similar(lowered, decode_lowered(username))) {
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
