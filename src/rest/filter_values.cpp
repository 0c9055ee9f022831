#include "rest/filter_values.hpp"

#include "base/unicode.hpp"
#include "platform/numbers.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>

namespace wdx::rest {
namespace {

using std::chrono::microseconds;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Takes `text` apart from its beginning; each step that does not fit leaves it as it is.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    [[nodiscard]] bool at_end() const { return rest_.empty(); }

    bool take(std::string_view any_of) {
        if (rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) return false;
        rest_.remove_prefix(1);
        return true;
    }

    /// Exactly `count` digits.
    std::optional<int> number(std::size_t count) {
        if (rest_.size() < count ||
            !std::all_of(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(count), is_digit))
            return std::nullopt;
        const int value = std::stoi(std::string(rest_.substr(0, count)));
        rest_.remove_prefix(count);
        return value;
    }

    /// One to six digits behind a point; more are cut off, as Python does.
    std::optional<microseconds> fraction() {
        int value = 0;
        int digits = 0;
        for (; !rest_.empty() && is_digit(rest_.front()); rest_.remove_prefix(1), ++digits)
            if (digits < 6) value = value * 10 + (rest_.front() - '0');
        if (digits == 0) return std::nullopt;
        for (; digits < 6; ++digits) value *= 10;
        return microseconds(value);
    }

  private:
    std::string_view rest_;
};

/// The offset from UTC; zero at the end of the text.
std::optional<std::chrono::minutes> read_zone(Scanner& text) {
    if (text.at_end() || text.take("Zz")) return std::chrono::minutes{0};
    const bool east = text.take("+");
    if (!east && !text.take("-")) return std::nullopt;
    const auto hours = text.number(2);
    if (!hours || *hours > 23) return std::nullopt;
    std::optional<int> minutes = 0;
    if (text.take(":") || !text.at_end()) minutes = text.number(2);
    if (!minutes || *minutes > 59) return std::nullopt;
    const std::chrono::minutes offset = std::chrono::hours{*hours} + std::chrono::minutes{*minutes};
    return east ? offset : -offset;
}

std::optional<std::chrono::sys_days> read_date(Scanner& text) {
    const auto year = text.number(4);
    if (!year || *year == 0 || !text.take("-")) return std::nullopt;
    const auto month = text.number(2);
    if (!month || !text.take("-")) return std::nullopt;
    const auto day = text.number(2);
    if (!day) return std::nullopt;
    const auto date = std::chrono::year{*year} / *month / *day;
    if (!date.ok()) return std::nullopt;
    return std::chrono::sys_days{date};
}

std::optional<microseconds> read_time(Scanner& text) {
    const auto hour = text.number(2);
    if (!hour || *hour > 23 || !text.take(":")) return std::nullopt;
    const auto minute = text.number(2);
    if (!minute || *minute > 59) return std::nullopt;
    std::optional<int> second = 0;
    std::optional<microseconds> fraction = microseconds{0};
    if (text.take(":")) {
        second = text.number(2);
        if (!second || *second > 59) return std::nullopt;
        if (text.take(".,")) fraction = text.fraction();
        if (!fraction) return std::nullopt;
    }
    text.take(" ");
    const auto zone = read_zone(text);
    if (!zone) return std::nullopt;
    return std::chrono::hours{*hour} + std::chrono::minutes{*minute} + std::chrono::seconds{*second} + *fraction -
           *zone;
}

}  // namespace

std::optional<std::int64_t> parse_number(std::string_view text) {
    const auto number = base::parse_python_int(text);
    if (!number) return std::nullopt;
    if (number->in_range) return number->value;
    return number->negative ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
}

std::optional<std::string> parse_real(std::string_view text) {
    const std::string_view stripped = base::strip(text);
    const auto value = platform::parse_double(stripped);
    if (!value || !std::isfinite(*value)) return std::nullopt;
    return std::string(stripped);
}

std::optional<std::int64_t> parse_date_time(std::string_view text) {
    Scanner scanner(base::strip(text));
    const auto date = read_date(scanner);
    if (!date) return std::nullopt;
    microseconds time{0};
    if (scanner.take("Tt ")) {
        const auto read = read_time(scanner);
        if (!read) return std::nullopt;
        time = *read;
    }
    if (!scanner.at_end()) return std::nullopt;
    return microseconds(date->time_since_epoch() + time).count();
}

std::optional<std::string> parse_date(std::string_view text) {
    const std::string_view stripped = base::strip(text);
    Scanner scanner(stripped);
    if (!read_date(scanner) || !scanner.at_end()) return std::nullopt;
    return std::string(stripped);
}

}  // namespace wdx::rest
