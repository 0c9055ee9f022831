#include "base/json_reader.hpp"

#include "base/unicode.hpp"
#include "platform/numbers.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <numeric>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace wdx::base {
namespace {

using Members = std::vector<JsonMember>;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Python stops at its recursion limit of 1,000 frames, some of which DRF and Django use.
constexpr int kMaxDepth = 900;

/// Python's limit for text to integer, sys.int_info.default_max_str_digits.
constexpr std::size_t kMaxIntegerDigits = 4300;

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

bool is_json_space(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool is_high_surrogate(unsigned unit) noexcept {
    return unit >= 0xD800 && unit < 0xDC00;
}

bool is_low_surrogate(unsigned unit) noexcept {
    return unit >= 0xDC00 && unit < 0xE000;
}

/// As JSONDecodeError words it; Python counts code points, from one in a line and from zero in the document.
std::string describe_position(std::string_view what, std::string_view text, std::size_t at) {
    const std::string_view before = text.substr(0, at);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::string_view in_line = before.substr(before.rfind('\n') + 1);  // npos + 1 is 0
    return fmt::format("{}: line {} column {} (char {})", what, line, count_code_points(in_line) + 1,
                       count_code_points(before));
}

/// As UnicodeDecodeError words it.
std::string describe_utf8_fault(std::string_view text, const Utf8Fault& fault) {
    if (fault.end - fault.begin > 1) {
        return fmt::format("'utf-8' codec can't decode bytes in position {}-{}: {}", fault.begin, fault.end - 1,
                           fault.reason);
    }
    return fmt::format("'utf-8' codec can't decode byte 0x{:02x} in position {}: {}",
                       static_cast<unsigned char>(text[fault.begin]), fault.begin, fault.reason);
}

/// `raw` matches JSON's grammar for numbers with a fraction or an exponent.
double to_double(std::string_view raw) {
    if (const auto value = platform::parse_double(raw)) return *value;
    // It does not say whether the number was too large or too small; strtod gives infinity or zero.
    const int saved_errno = errno;
    const double value = std::strtod(std::string(raw).c_str(), nullptr);
    errno = saved_errno;
    return value;
}

/// Lets a repeated key keep its first place with its last value.  Sorting keeps hostile documents at n log n.
void merge_repeated_keys(Members& members) {
    if (members.size() < 2) return;
    std::vector<std::size_t> order(members.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        const int difference = members[a].name.compare(members[b].name);
        return difference != 0 ? difference < 0 : a < b;
    });

    std::vector<bool> superseded(members.size());
    bool any = false;
    for (std::size_t first = 0; first < order.size();) {
        std::size_t last = first;
        while (last + 1 < order.size() && members[order[last + 1]].name == members[order[first]].name) {
            superseded[order[++last]] = true;
        }
        if (last != first) {
            members[order[first]].value = std::move(members[order[last]].value);
            any = true;
        }
        first = last + 1;
    }
    if (!any) return;
    std::size_t index = 0;
    std::erase_if(members, [&](const auto&) { return superseded[index++]; });
}

/// A recursive-descent reader over well-formed UTF-8.  The order of its checks and the places that it blames are those
/// of CPython 3.11's Modules/_json.c.  Its functions return false once `message_` is set.
class Reader {
  public:
    Reader(std::string_view text, std::size_t most_elements) : text_(text), elements_left_(most_elements) {}

    bool read_document(JsonValue& out) {
        skip_space();
        if (!read_value(out)) return false;
        skip_space();
        return at_end() || fail("Extra data", position_);
    }

    JsonFault take_fault() { return {.message = std::move(message_), .has_too_many = has_too_many_}; }

  private:
    [[nodiscard]] bool at_end() const noexcept { return position_ == text_.size(); }
    [[nodiscard]] bool next_is(char c) const noexcept { return !at_end() && text_[position_] == c; }
    [[nodiscard]] bool digit_at(std::size_t at) const noexcept { return at < text_.size() && is_digit(text_[at]); }

    bool fail(std::string_view what, std::size_t at) {
        message_ = describe_position(what, text_, at);
        return false;
    }

    void skip_space() noexcept {
        while (!at_end() && is_json_space(text_[position_])) ++position_;
    }

    bool read_value(JsonValue& out) {
        const std::size_t start = position_;
        if (!read_any(out)) return false;
        out.raw = text_.substr(start, position_ - start);
        return true;
    }

    bool read_any(JsonValue& out) {
        if (at_end()) return fail("Expecting value", position_);
        switch (text_[position_]) {
            case '"':
                out.kind = JsonValue::Kind::string;
                return read_string(out.string, out.has_surrogates);
            case '{':
                out.kind = JsonValue::Kind::object;
                return read_nested([&] { return read_members(out.members); });
            case '[':
                out.kind = JsonValue::Kind::array;
                return read_nested([&] { return read_elements(out.elements); });
            default:
                return read_word(out) || (message_.empty() && read_number(out));
        }
    }

    template <class ReadContents>
    bool read_nested(const ReadContents& read_contents) {
        if (depth_ == kMaxDepth) return fail("Too many levels of nesting", position_);
        ++depth_;
        ++position_;
        const bool good = read_contents();
        --depth_;
        return good;
    }

    /// The literals.  @return false without a message when there is none here
    bool read_word(JsonValue& out) {
        for (const std::string_view constant : {"NaN", "Infinity", "-Infinity"}) {
            if (!text_.substr(position_).starts_with(constant)) continue;
            message_ = fmt::format("Out of range float values are not JSON compliant: '{}'", constant);
            return false;
        }
        for (const std::string_view word : {"null", "true", "false"}) {
            if (!text_.substr(position_).starts_with(word)) continue;
            position_ += word.size();
            out.kind = word == "null" ? JsonValue::Kind::null : JsonValue::Kind::boolean;
            out.boolean = word == "true";
            return true;
        }
        return false;
    }

    /// Takes the longest prefix that is a number, like Python: `01` is `0` and `1.` is `1`, both with extra data.
    bool read_number(JsonValue& out) {
        const std::size_t start = position_;
        std::size_t at = start + (next_is('-') ? 1 : 0);
        const std::size_t first_digit = at;
        if (!digit_at(at)) return fail("Expecting value", start);
        at = text_[at] == '0' ? at + 1 : skip_digits(at);
        const std::size_t integer_end = at;
        if (at < text_.size() && text_[at] == '.' && digit_at(at + 1)) at = skip_digits(at + 1);
        at = skip_exponent(at);

        const std::string_view raw = text_.substr(start, at - start);
        position_ = at;
        if (at != integer_end) {
            out.kind = JsonValue::Kind::floating;
            out.floating = to_double(raw);
            return true;
        }
        if (at - first_digit > kMaxIntegerDigits) return refuse_long_integer(at - first_digit);
        out.kind = JsonValue::Kind::integer;
        out.fits_int64 = std::from_chars(raw.data(), raw.data() + raw.size(), out.integer).ec == std::errc{};
        return true;
    }

    [[nodiscard]] std::size_t skip_digits(std::size_t at) const noexcept {
        while (digit_at(at)) ++at;
        return at;
    }

    [[nodiscard]] std::size_t skip_exponent(std::size_t at) const noexcept {
        if (at >= text_.size() || (text_[at] != 'e' && text_[at] != 'E')) return at;
        std::size_t digits = at + 1;
        if (digits < text_.size() && (text_[digits] == '+' || text_[digits] == '-')) ++digits;
        return digit_at(digits) ? skip_digits(digits) : at;
    }

    bool refuse_long_integer(std::size_t digits) {
        message_ = fmt::format(
            "Exceeds the limit ({} digits) for integer string conversion: value has {} digits; use "
            "sys.set_int_max_str_digits() to increase the limit",
            kMaxIntegerDigits, digits);
        return false;
    }

    bool count_element() {
        if (elements_left_-- > 0) return true;
        has_too_many_ = true;
        return fail("Too many elements", position_);
    }

    bool read_elements(std::vector<JsonValue>& elements) {
        skip_space();
        if (take(']')) return true;
        for (;;) {
            if (!count_element() || !read_value(elements.emplace_back())) return false;
            skip_space();
            if (take(']')) return true;
            if (!take(',')) return fail("Expecting ',' delimiter", position_);
            skip_space();
        }
    }

    bool read_members(Members& members) {
        skip_space();
        if (take('}')) return true;
        for (;;) {
            if (!count_element()) return false;
            JsonMember& member = members.emplace_back();
            if (!read_key(member) || !read_value(member.value)) return false;
            skip_space();
            if (take('}')) break;
            if (!take(',')) return fail("Expecting ',' delimiter", position_);
            skip_space();
        }
        merge_repeated_keys(members);
        return true;
    }

    /// A key up to where its value begins.
    bool read_key(JsonMember& member) {
        const std::size_t start = position_;
        bool has_surrogates = false;
        if (!next_is('"')) return fail("Expecting property name enclosed in double quotes", position_);
        if (!read_string(member.name, has_surrogates)) return false;
        member.raw_name = text_.substr(start, position_ - start);
        skip_space();
        if (!take(':')) return fail("Expecting ':' delimiter", position_);
        skip_space();
        return true;
    }

    bool take(char c) noexcept {
        if (!next_is(c)) return false;
        ++position_;
        return true;
    }

    bool read_string(std::string& out, bool& has_surrogates) {
        const std::size_t quote = position_++;
        for (;;) {
            const std::size_t start = position_;
            while (!at_end() && is_plain(text_[position_])) ++position_;
            out.append(text_, start, position_ - start);
            if (at_end()) return fail("Unterminated string starting at", quote);
            if (take('"')) return true;
            if (!take('\\')) return fail("Invalid control character at", position_);
            if (at_end()) return fail("Unterminated string starting at", quote);
            if (!(take('u') ? read_unicode_escape(out, has_surrogates) : read_simple_escape(out))) return false;
        }
    }

    static bool is_plain(char c) noexcept { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; }

    /// The position is behind the backslash.
    bool read_simple_escape(std::string& out) {
        constexpr std::string_view kNames = "\"\\/bfnrt";
        constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
        const std::size_t index = kNames.find(text_[position_]);
        if (index == std::string_view::npos) return fail("Invalid \\escape", position_ - 1);
        out += kMeanings[index];
        ++position_;
        return true;
    }

    /// The position is behind the `u`.  A high surrogate takes a low one that follows as an escape.
    bool read_unicode_escape(std::string& out, bool& has_surrogates) {
        const auto unit = read_hex_digits();
        if (!unit) return false;
        char32_t code_point = *unit;
        if (is_high_surrogate(*unit) && text_.substr(position_).starts_with("\\u")) {
            const std::size_t before = position_;
            position_ += 2;
            const auto second = read_hex_digits();
            if (!second) return false;
            if (is_low_surrogate(*second)) {
                code_point = 0x10000U + ((*unit - 0xD800U) << 10U) + (*second - 0xDC00U);
            } else {
                position_ = before;  // it may begin a pair of its own
            }
        }
        has_surrogates |= code_point >= 0xD800 && code_point < 0xE000;
        append_utf8(out, code_point);
        return true;
    }

    /// Four hexadecimal digits; Python asks that at least the closing quote follows.
    std::optional<unsigned> read_hex_digits() {
        constexpr std::size_t kDigits = 4;
        unsigned value = 0;
        bool good = text_.size() - position_ > kDigits;
        if (good) {
            const char* const first = text_.data() + position_;
            const auto read = std::from_chars(first, first + kDigits, value, 16);
            good = read.ec == std::errc{} && read.ptr == first + kDigits;  // unsigned: takes no sign
        }
        if (!good) {
            fail("Invalid \\uXXXX escape", position_ - 1);
            return std::nullopt;
        }
        position_ += kDigits;
        return value;
    }

    std::string_view text_;
    std::size_t elements_left_;
    bool has_too_many_ = false;
    std::size_t position_ = 0;
    int depth_ = 0;
    std::string message_;
};

}  // namespace

const JsonValue* JsonValue::find(std::string_view name) const noexcept {
    const auto found = std::find_if(members.begin(), members.end(), [&](const auto& m) { return m.name == name; });
    return found == members.end() ? nullptr : &found->value;
}

std::variant<JsonValue, JsonFault> read_json(std::string_view text, std::size_t most_elements) {
    if (const auto fault = find_utf8_fault(text)) return JsonFault{.message = describe_utf8_fault(text, *fault)};
    if (text.starts_with(kByteOrderMark)) {
        return JsonFault{.message = describe_position("Unexpected UTF-8 BOM (decode using utf-8-sig)", text, 0)};
    }
    Reader reader(text, most_elements);
    JsonValue value;
    if (!reader.read_document(value)) return reader.take_fault();
    return value;
}

}  // namespace wdx::base
