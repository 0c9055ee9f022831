#include "base/unicode.hpp"

#include "base/unicode_tables.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <iterator>
#include <limits>

namespace wdx::base {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

/// Longest digit string that Python's `int` reads (sys.int_info.default_max_str_digits); leading zeros count.
constexpr int kMaxIntDigits = 4300;

unsigned byte_at(std::string_view text, std::size_t position) noexcept {
    return static_cast<unsigned char>(text[position]);
}

constexpr std::array kInvisible{
    CodePoints{0x0000, 0x0008},   CodePoints{0x000E, 0x001B},   CodePoints{0x007F, 0x0084},
    CodePoints{0x0086, 0x009F},   CodePoints{0x00AD, 0x00AD},   CodePoints{0x034F, 0x034F},
    CodePoints{0x061C, 0x061C},   CodePoints{0x115F, 0x1160},   CodePoints{0x17B4, 0x17B5},
    CodePoints{0x180B, 0x180F},   CodePoints{0x200B, 0x200F},   CodePoints{0x202A, 0x202E},
    CodePoints{0x2060, 0x206F},   CodePoints{0x3164, 0x3164},   CodePoints{0xFE00, 0xFE0F},
    CodePoints{0xFEFF, 0xFEFF},   CodePoints{0xFFA0, 0xFFA0},   CodePoints{0xFFF0, 0xFFFB},
    CodePoints{0x1BCA0, 0x1BCA3}, CodePoints{0x1D173, 0x1D17A}, CodePoints{0xE0000, 0xE0FFF},
};

bool is_continuation(unsigned byte) noexcept {
    return (byte & 0xC0U) == 0x80U;
}

/// Length that a lead byte promises; 0 for a byte that starts nothing (RFC 3629).
std::size_t sequence_length(unsigned lead) noexcept {
    if (lead < 0x80) return 1;
    if (lead < 0xC2) return 0;
    if (lead < 0xE0) return 2;
    if (lead < 0xF0) return 3;
    return lead < 0xF5 ? 4 : 0;
}

/// The second byte also rules out overlong forms, surrogates and everything above U+10FFFF.
bool is_second_byte(unsigned lead, unsigned second) noexcept {
    if (!is_continuation(second)) return false;
    switch (lead) {
        case 0xE0:
            return second >= 0xA0;
        case 0xED:
            return second < 0xA0;
        case 0xF0:
            return second >= 0x90;
        case 0xF4:
            return second < 0x90;
        default:
            return true;
    }
}

/// First position from `position` on whose byte is not ASCII; eight bytes at a time while that lasts.
std::size_t skip_ascii(std::string_view text, std::size_t position) noexcept {
    constexpr std::uint64_t kHighBits = 0x8080808080808080U;
    while (text.size() - position >= sizeof(std::uint64_t)) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + position, sizeof word);
        if ((word & kHighBits) != 0) break;
        position += sizeof word;
    }
    while (position < text.size() && byte_at(text, position) < 0x80) ++position;
    return position;
}

/// White space to `int()`: it looks at ASCII as C's isspace does, and at the rest as `str.isspace`.
bool is_int_space(char32_t code_point) noexcept {
    if (code_point < 0x80) return code_point == ' ' || (code_point >= '\t' && code_point <= '\r');
    return is_space(code_point);
}

std::string_view strip_left(std::string_view text, bool (*unwanted)(char32_t) noexcept) noexcept {
    std::size_t position = 0;
    while (position < text.size()) {
        std::size_t next = position;
        if (!unwanted(next_code_point(text, next))) break;
        position = next;
    }
    return text.substr(position);
}

std::string_view strip_right(std::string_view text, bool (*unwanted)(char32_t) noexcept) noexcept {
    while (!text.empty()) {
        std::size_t start = text.size() - 1;
        while (start > 0 && text.size() - start < 4 && is_continuation(byte_at(text, start))) --start;
        std::size_t next = start;
        const bool drop = unwanted(next_code_point(text, next)) && next == text.size();
        if (!drop) break;
        text = text.substr(0, start);
    }
    return text;
}

/// @return the range of a table in rising order that `code_point` is in, nullptr when there is none
template <typename Range, std::size_t size>
const Range* find_range(const std::array<Range, size>& table, char32_t code_point) noexcept {
    const auto above = std::upper_bound(table.begin(), table.end(), code_point,
                                        [](char32_t c, const Range& range) { return c < range.first; });
    if (above == table.begin()) return nullptr;
    const Range* const range = &*std::prev(above);
    return code_point <= range->last ? range : nullptr;
}

/// Adds a digit to the magnitude of `number`, counting downwards because the negative side reaches one further.
void push_digit(PythonInt& number, int digit) noexcept {
    if (!number.in_range) return;
    number.in_range = !__builtin_mul_overflow(number.value, std::int64_t{10}, &number.value) &&
                      !__builtin_sub_overflow(number.value, std::int64_t{digit}, &number.value);
}

}  // namespace

std::optional<Utf8Fault> find_utf8_fault(std::string_view text) noexcept {
    constexpr const char* kBadContinuation = "invalid continuation byte";
    for (std::size_t at = skip_ascii(text, 0); at < text.size(); at = skip_ascii(text, at)) {
        const unsigned lead = byte_at(text, at);
        const std::size_t length = sequence_length(lead);
        if (length == 0) return Utf8Fault{at, at + 1, "invalid start byte"};
        for (std::size_t i = 1; i < length; ++i) {
            if (at + i == text.size()) return Utf8Fault{at, text.size(), "unexpected end of data"};
            const unsigned byte = byte_at(text, at + i);
            if (!(i == 1 ? is_second_byte(lead, byte) : is_continuation(byte))) {
                return Utf8Fault{at, at + i, kBadContinuation};
            }
        }
        at += length;
    }
    return std::nullopt;
}

bool is_utf8(std::string_view text) noexcept {
    return !find_utf8_fault(text);
}

char32_t next_code_point(std::string_view text, std::size_t& position) noexcept {
    constexpr std::array<char32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
    const unsigned lead = byte_at(text, position);
    const std::size_t length = sequence_length(lead);
    if (length == 1) {
        ++position;
        return lead;
    }
    if (length == 0 || text.size() - position < length) {
        ++position;
        return kReplacement;
    }
    char32_t code_point = lead & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        const unsigned byte = byte_at(text, position + i);
        if (!is_continuation(byte)) {
            ++position;
            return kReplacement;
        }
        code_point = (code_point << 6U) | (byte & 0x3FU);
    }
    const bool good = code_point >= kLeast[length] && code_point <= 0x10FFFF;
    position += good ? length : 1;
    return good ? code_point : kReplacement;
}

std::size_t count_code_points(std::string_view text) noexcept {
    const auto starts = [](char c) { return !is_continuation(static_cast<unsigned char>(c)); };
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts));
}

void append_utf8(std::string& out, char32_t code_point) {
    const auto byte = [](char32_t bits) { return static_cast<char>(static_cast<unsigned char>(bits)); };
    const auto tail = [&](unsigned shift) { return byte(0x80U | ((code_point >> shift) & 0x3FU)); };
    if (code_point < 0x80) {
        out += byte(code_point);
    } else if (code_point < 0x800) {
        const std::array<char, 2> bytes{byte(0xC0U | (code_point >> 6U)), tail(0)};
        out.append(bytes.data(), bytes.size());
    } else if (code_point < 0x10000) {
        const std::array<char, 3> bytes{byte(0xE0U | (code_point >> 12U)), tail(6), tail(0)};
        out.append(bytes.data(), bytes.size());
    } else {
        const std::array<char, 4> bytes{byte(0xF0U | (code_point >> 18U)), tail(12), tail(6), tail(0)};
        out.append(bytes.data(), bytes.size());
    }
}

std::string latin1_to_utf8(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size());
    for (const char c : bytes) append_utf8(out, static_cast<unsigned char>(c));
    return out;
}

bool is_space(char32_t code_point) noexcept {
    if (code_point < 0x80) {
        return code_point == ' ' || (code_point >= '\t' && code_point <= '\r') ||
               (code_point >= 0x1C && code_point <= 0x1F);
    }
    switch (code_point) {
        case 0x0085:
        case 0x00A0:
        case 0x1680:
        case 0x2028:
        case 0x2029:
        case 0x202F:
        case 0x205F:
        case 0x3000:
            return true;
        default:
            return code_point >= 0x2000 && code_point <= 0x200A;
    }
}

std::span<const CodePoints> invisible_characters() noexcept {
    return kInvisible;
}

bool is_invisible(char32_t code_point) noexcept {
    return find_range(kInvisible, code_point) != nullptr;
}

bool is_line_break(char32_t code_point) noexcept {
    return (code_point >= '\n' && code_point <= '\r') || code_point == 0x0085 || code_point == 0x2028 ||
           code_point == 0x2029;
}

std::optional<int> decimal_digit(char32_t code_point) noexcept {
    const auto* const above = std::upper_bound(kDecimalZeros.begin(), kDecimalZeros.end(), code_point);
    if (above == kDecimalZeros.begin()) return std::nullopt;
    const char32_t value = code_point - *(above - 1);
    if (value > 9) return std::nullopt;
    return static_cast<int>(value);
}

bool is_digit(char32_t code_point) noexcept {
    return find_range(kDigits, code_point) != nullptr;
}

bool is_word_character(char32_t code_point) noexcept {
    return find_range(kWordCharacters, code_point) != nullptr;
}

char32_t to_lower(char32_t code_point) noexcept {
    const CaseRange* const range = find_range(kUpperCase, code_point);
    if (range == nullptr || (code_point - range->first) % range->step != 0) return code_point;
    return code_point + static_cast<char32_t>(range->difference);
}

std::string to_lower(std::string_view text) {
    std::string lower;
    lower.reserve(text.size());
    std::size_t position = 0;
    while (position < text.size()) {
        const std::size_t begin = position;
        const char32_t point = next_code_point(text, position);
        const char32_t changed = to_lower(point);
        if (changed == point) {
            lower.append(text.substr(begin, position - begin));
        } else {
            append_utf8(lower, changed);
        }
    }
    return lower;
}

std::string_view strip(std::string_view text) noexcept {
    return strip_right(strip_left(text, is_space), is_space);
}

std::optional<PythonInt> parse_python_int(std::string_view text) noexcept {
    text = strip_right(strip_left(text, is_int_space), is_int_space);
    PythonInt number;
    if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
        number.negative = text.front() == '-';
        text.remove_prefix(1);
    }
    int digits = 0;
    bool digit_wanted = true;  // at the start and after an underscore
    for (std::size_t position = 0; position < text.size();) {
        const char32_t code_point = next_code_point(text, position);
        const auto digit = decimal_digit(code_point);
        if (!digit && (code_point != '_' || digit_wanted)) return std::nullopt;
        digit_wanted = !digit;
        if (!digit) continue;
        if (++digits > kMaxIntDigits) return std::nullopt;
        push_digit(number, *digit);
    }
    if (digit_wanted) return std::nullopt;
    if (number.negative || !number.in_range) return number;
    if (number.value == std::numeric_limits<std::int64_t>::min()) {
        number.in_range = false;
    } else {
        number.value = -number.value;
    }
    return number;
}

std::string python_float_repr(double value) {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value < 0 ? "-inf" : "inf";

    // The shortest digits come from the scientific form; Python leaves it between 1e-4 and 1e16.
    std::array<char, 32> buffer{};
    const auto written =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::fabs(value), std::chars_format::scientific);
    const std::string_view shortest(buffer.data(), static_cast<std::size_t>(written.ptr - buffer.data()));
    const std::size_t mark = shortest.find('e');
    const bool exponent_negative = shortest[mark + 1] == '-';
    int exponent = 0;
    std::from_chars(shortest.data() + mark + 2, shortest.data() + shortest.size(), exponent);
    if (exponent_negative) exponent = -exponent;

    std::string text = std::signbit(value) ? "-" : "";
    if (exponent < -4 || exponent >= 16) return text.append(shortest);

    std::string digits(1, shortest.front());
    if (mark > 2) digits.append(shortest.substr(2, mark - 2));
    if (exponent < 0) return text.append("0.").append(static_cast<std::size_t>(-exponent - 1), '0').append(digits);
    const auto whole = static_cast<std::size_t>(exponent) + 1;
    if (digits.size() <= whole) return text.append(digits).append(whole - digits.size(), '0').append(".0");
    return text.append(digits, 0, whole).append(".").append(digits, whole);
}

}  // namespace wdx::base
