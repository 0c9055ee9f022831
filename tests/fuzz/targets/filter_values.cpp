#include "rest/filter_values.hpp"

#include "base/unicode.hpp"
#include "targets.hpp"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>

namespace wdx::fuzz {
namespace {

bool equal(const std::optional<base::PythonInt>& a, const std::optional<base::PythonInt>& b) {
    if (a.has_value() != b.has_value()) return false;
    if (!a) return true;
    if (a->in_range != b->in_range) return false;
    return a->in_range ? a->value == b->value : a->negative == b->negative;
}

void check_integer(std::string_view text) {
    const auto number = base::parse_python_int(text);
    require(equal(number, base::parse_python_int(" \u00A0" + std::string(text) + "\t\n")), "outer space is ignored");
    if (number && number->in_range) {
        require(number->negative || number->value >= 0, "a sign of its own");  // `-0` has one, too
        require(equal(number, base::parse_python_int(std::to_string(number->value))), "printed and read again");
    }
    // Where C++ reads a plain number, so does Python, and the same.
    std::int64_t plain = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), plain);
    if (error == std::errc{} && end == text.data() + text.size())
        require(number && number->in_range && number->value == plain, "a plain number");
}

void check_text(std::string_view text) {
    require(base::count_code_points(text) <= text.size(), "at most as many characters as bytes");
    const std::string_view stripped = base::strip(text);
    require(base::strip(stripped) == stripped, "nothing is left to strip");
    require(text.find(stripped) != std::string_view::npos, "a part of it");
    const std::string widened = base::latin1_to_utf8(text);
    require(base::is_utf8(widened) && base::count_code_points(widened) == text.size(), "a character for each byte");
    std::string again;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t before = at;
        base::append_utf8(again, base::next_code_point(text, at));
        require(at > before && at <= text.size(), "progress");
    }
    if (const auto fault = base::find_utf8_fault(text)) {
        require(fault->begin < fault->end && fault->end <= text.size(), "the fault's place");
        require(base::is_utf8(text.substr(0, fault->begin)), "good up to there");
    } else {
        require(again == text, "taken apart and put together");
    }
}

void check_float(std::string_view bytes) {
    double value = 0;
    if (bytes.size() < sizeof(value)) return;
    std::memcpy(&value, bytes.data(), sizeof(value));
    const double again = std::strtod(base::python_float_repr(value).c_str(), nullptr);
    require(again == value || std::isnan(value), "printed and read again");
}

void check_times(std::string_view text) {
    constexpr std::int64_t kDay = std::int64_t{86'400} * 1'000'000;
    if (const auto date = rest::parse_date(text)) {
        const auto midnight = rest::parse_date_time(*date);
        require(midnight && *midnight % kDay == 0, "a date is its midnight");
        require(rest::parse_date(*date) == date, "read again");
    }
    if (const auto time = rest::parse_date_time(text))
        require(*time > -2'000 * 366 * kDay && *time < 8'100 * 366 * kDay, "a time that PostgreSQL can hold");
}

}  // namespace

/// The text of a parameter's value.  A new kind of value (a date, a decimal number) gets a check of its own here.
void filter_values(std::string_view input) {
    check_integer(input);
    check_text(input);
    check_float(input);
    check_times(input);
}

}  // namespace wdx::fuzz
