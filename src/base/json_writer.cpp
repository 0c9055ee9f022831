#include "base/json_writer.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>

#include <fmt/format.h>

#if defined(__SSE2__)
#include <bit>
#include <emmintrin.h>
#endif

namespace wdx::base {
namespace {

using std::chrono::sys_days;
using std::chrono::year;

constexpr sys_days kPostgresEpoch{year{2000} / 1 / 1};
constexpr std::int64_t kFirstDay = (sys_days{year{1} / 1 / 1} - kPostgresEpoch).count();
constexpr std::int64_t kDayAfterLast = (sys_days{year{10000} / 1 / 1} - kPostgresEpoch).count();
constexpr std::int64_t kMicrosecondsPerDay = std::chrono::microseconds{std::chrono::days{1}}.count();
constexpr std::string_view kNull = "null";

/// First byte of U+2028 and U+2029 (and of much else).
constexpr char kSeparatorLead = '\xE2';

bool needs_a_look(char c) noexcept {
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\' || c == kSeparatorLead;
}

/// First position from `begin` on that holds a byte which may have to be escaped; `end` if there is none.
const char* find_special(const char* begin, const char* end) noexcept {
#if defined(__SSE2__)
    const __m128i last_control = _mm_set1_epi8(0x1F);
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i backslash = _mm_set1_epi8('\\');
    const __m128i separator = _mm_set1_epi8(kSeparatorLead);
    for (; end - begin >= 16; begin += 16) {
        __m128i bytes;
        __builtin_memcpy(&bytes, begin, sizeof bytes);  // an unaligned load without a cast
        // SSE2 compares signed bytes only: a byte is at most 0x1F when the unsigned minimum leaves it as it is.
        const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, last_control), bytes);
        const __m128i escaped = _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash));
        const __m128i special = _mm_or_si128(_mm_or_si128(control, escaped), _mm_cmpeq_epi8(bytes, separator));
        const auto mask = static_cast<unsigned>(_mm_movemask_epi8(special));
        if (mask != 0) return begin + std::countr_zero(mask);
    }
#endif
    while (begin != end && !needs_a_look(*begin)) ++begin;
    return begin;
}

void append_escaped_control(std::string& out, char c) {
    constexpr std::string_view kHex = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    const std::array<char, 6> escape{'\\', 'u', '0', '0', kHex[byte >> 4U], kHex[byte & 0xFU]};
    out.append(escape.data(), escape.size());
}

/// Appends what `find_special` stopped at.
/// @return the position behind it
const char* append_special(std::string& out, const char* at, const char* end) {
    switch (*at) {
        case '"':
            out += "\\\"";
            break;
        case '\\':
            out += "\\\\";
            break;
        case '\b':
            out += "\\b";
            break;
        case '\t':
            out += "\\t";
            break;
        case '\n':
            out += "\\n";
            break;
        case '\f':
            out += "\\f";
            break;
        case '\r':
            out += "\\r";
            break;
        case kSeparatorLead:
            if (end - at >= 3 && at[1] == '\x80' && (at[2] == '\xA8' || at[2] == '\xA9')) {
                out += at[2] == '\xA8' ? "\\u2028" : "\\u2029";
                return at + 3;
            }
            out += kSeparatorLead;
            break;
        default:
            append_escaped_control(out, *at);
    }
    return at + 1;
}

char* put_digits(char* at, unsigned value, int count) noexcept {
    for (int i = count - 1; i >= 0; --i) {
        at[i] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
    return at + count;
}

/// `2024-01-02`
/// @param day  since 2000-01-01, within the years 1..9999
char* put_date(char* at, std::int64_t day) noexcept {
    const std::chrono::year_month_day date{kPostgresEpoch + std::chrono::days{day}};
    at = put_digits(at, static_cast<unsigned>(static_cast<int>(date.year())), 4);
    *at++ = '-';
    at = put_digits(at, static_cast<unsigned>(date.month()), 2);
    *at++ = '-';
    return put_digits(at, static_cast<unsigned>(date.day()), 2);
}

/// `03:04:05` or `03:04:05.000006`
/// @param microsecond  of the day
char* put_time(char* at, std::int64_t microsecond) noexcept {
    const auto fraction = static_cast<unsigned>(microsecond % 1'000'000);
    const auto second = static_cast<unsigned>(microsecond / 1'000'000);
    at = put_digits(at, second / 3600, 2);
    *at++ = ':';
    at = put_digits(at, second / 60 % 60, 2);
    *at++ = ':';
    at = put_digits(at, second % 60, 2);
    if (fraction == 0) return at;
    *at++ = '.';
    return put_digits(at, fraction, 6);
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    out.reserve(out.size() + text.size() + 2);
    out += '"';
    const char* begin = text.data();
    const char* const end = begin + text.size();
    for (;;) {
        const char* const special = find_special(begin, end);
        out.append(begin, static_cast<std::size_t>(special - begin));
        if (special == end) break;
        begin = append_special(out, special, end);
    }
    out += '"';
}

std::string json_string(std::string_view text) {
    std::string json;
    append_json_string(json, text);
    return json;
}

std::string json_number(const std::optional<double>& number) {
    return number ? fmt::format("{}", *number) : "null";
}

void append_json_integer(std::string& out, std::int64_t value) {
    std::array<char, 20> buffer;
    const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    out.append(buffer.data(), static_cast<std::size_t>(written.ptr - buffer.data()));
}

void append_json_date(std::string& out, std::int32_t days) {
    if (days < kFirstDay || days >= kDayAfterLast) {
        out += kNull;
        return;
    }
    std::array<char, 12> buffer;
    char* at = buffer.data();
    *at++ = '"';
    at = put_date(at, days);
    *at++ = '"';
    out.append(buffer.data(), static_cast<std::size_t>(at - buffer.data()));
}

void append_json_timestamp(std::string& out, std::int64_t microseconds) {
    if (microseconds < kFirstDay * kMicrosecondsPerDay || microseconds >= kDayAfterLast * kMicrosecondsPerDay) {
        out += kNull;
        return;
    }
    std::int64_t day = microseconds / kMicrosecondsPerDay;
    std::int64_t rest = microseconds % kMicrosecondsPerDay;
    if (rest < 0) {  // C++ rounds towards zero, the calendar downwards
        rest += kMicrosecondsPerDay;
        --day;
    }
    std::array<char, 29> buffer;
    char* at = buffer.data();
    *at++ = '"';
    at = put_date(at, day);
    *at++ = 'T';
    at = put_time(at, rest);
    *at++ = 'Z';
    *at++ = '"';
    out.append(buffer.data(), static_cast<std::size_t>(at - buffer.data()));
}

void append_compact_json(std::string& out, std::string_view json) {
    bool in_string = false;
    bool escaped = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (!in_string && (c == ' ' || c == '\n' || c == '\r' || c == '\t')) continue;
        if (c == '"' && !escaped) in_string = !in_string;
        escaped = c == '\\' && !escaped;
        if (c == kSeparatorLead) {
            i = static_cast<std::size_t>(append_special(out, &json[i], json.data() + json.size()) - json.data()) - 1;
        } else {
            out += c;
        }
    }
}

void JsonIndenter::feed(std::string_view compact, std::string& out) {
    const auto break_line = [&] {
        out += '\n';
        out.append(static_cast<std::size_t>(depth_) * static_cast<std::size_t>(spaces_), ' ');
    };
    for (const char c : compact) {
        if (in_string_) {
            out += c;
            in_string_ = escaped_ || c != '"';
            escaped_ = !escaped_ && c == '\\';
            continue;
        }
        const bool closes = c == ']' || c == '}';
        if (closes) --depth_;
        if (opened_ != closes) break_line();  // neither between `[` and `]` nor inside a line
        opened_ = c == '[' || c == '{';
        if (opened_) ++depth_;
        in_string_ = c == '"';
        out += c;
        if (c == ',') break_line();
        if (c == ':') out += ' ';
    }
}

}  // namespace wdx::base
