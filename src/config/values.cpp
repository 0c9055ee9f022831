#include "config/values.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wdx::config {
namespace {

template <typename T>
using Names = std::span<const std::pair<std::string_view, T>>;

constexpr std::array<std::pair<std::string_view, bool>, 8> kBools{{{"on", true},
                                                                   {"off", false},
                                                                   {"true", true},
                                                                   {"false", false},
                                                                   {"yes", true},
                                                                   {"no", false},
                                                                   {"1", true},
                                                                   {"0", false}}};
constexpr std::array<std::pair<std::string_view, LogFormat>, 2> kLogFormats{
    {{"text", LogFormat::text}, {"json", LogFormat::json}}};
constexpr std::array<std::pair<std::string_view, LogLevel>, 4> kLogLevels{
    {{"debug", LogLevel::debug}, {"info", LogLevel::info}, {"warning", LogLevel::warning}, {"error", LogLevel::error}}};
// The first name of a length is the one that is printed.
constexpr std::array<std::pair<std::string_view, std::chrono::seconds>, 10> kPeriods{{{"s", 1s},
                                                                                      {"sec", 1s},
                                                                                      {"second", 1s},
                                                                                      {"min", 60s},
                                                                                      {"m", 60s},
                                                                                      {"minute", 60s},
                                                                                      {"hour", 1h},
                                                                                      {"h", 1h},
                                                                                      {"day", 24h},
                                                                                      {"d", 24h}}};
constexpr Bounds kRateCount{1, 1'000'000};

std::string_view trim(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\r\n";
    const std::size_t first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

template <typename T>
std::optional<T> find_value(Names<T> names, std::string_view text) {
    const std::string wanted = base::ascii_lower(trim(text));
    const auto found = std::find_if(names.begin(), names.end(), [&](const auto& row) { return row.first == wanted; });
    if (found == names.end()) return std::nullopt;
    return found->second;
}

template <typename T>
std::string find_name(Names<T> names, const T& value) {
    const auto found = std::find_if(names.begin(), names.end(), [&](const auto& row) { return row.second == value; });
    return found == names.end() ? std::string() : std::string(found->first);
}

std::optional<Fault> outside(std::uint64_t value, Bounds bounds, std::string_view number_format) {
    if (value < bounds.min) return Fault{"must be at least " + fmt::format(fmt::runtime(number_format), bounds.min)};
    if (value > bounds.max) return Fault{"must be at most " + fmt::format(fmt::runtime(number_format), bounds.max)};
    return std::nullopt;
}

}  // namespace

Parsed<bool> parse_bool(std::string_view text) {
    if (const auto value = find_value<bool>(kBools, text)) return *value;
    return Fault{"must be on or off"};
}

Parsed<std::uint64_t> parse_whole_number(std::string_view text, Bounds bounds) {
    std::string_view digits = trim(text);
    const bool is_negative = digits.starts_with('-');
    if (is_negative) digits.remove_prefix(1);
    const bool is_number =
        !digits.empty() && std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!is_number) return Fault{"must be a whole number"};
    if (is_negative) return Fault{fmt::format("must be at least {}", bounds.min)};

    std::uint64_t value = 0;
    if (std::from_chars(digits.data(), digits.data() + digits.size(), value).ec != std::errc())
        return Fault{fmt::format("must be at most {}", bounds.max)};
    if (auto fault = outside(value, bounds, "{}")) return std::move(*fault);
    return value;
}

Parsed<std::uint32_t> parse_mode(std::string_view text, Bounds bounds) {
    std::string_view digits = trim(text);
    if (digits.starts_with("0o")) digits.remove_prefix(2);
    std::uint32_t mode = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, mode, 8);
    if (digits.empty() || stop != end || error == std::errc::invalid_argument)
        return Fault{"must be an octal mode such as 0660"};
    if (error != std::errc()) mode = UINT32_MAX;
    if (auto fault = outside(mode, bounds, "{:04o}")) return std::move(*fault);
    return mode;
}

Parsed<Rate> parse_rate(std::string_view text) {
    const std::string_view rate = trim(text);
    if (base::ascii_lower(rate) == "off") return Rate{std::nullopt, 60s};
    const std::size_t slash = rate.find('/');
    if (slash == std::string_view::npos)
        return Fault{"must be a rate such as 10/min, 5/s, 100/hour or 1000/day, or off"};
    const auto period = find_value<std::chrono::seconds>(kPeriods, rate.substr(slash + 1));
    if (!period) return Fault{"the period of a rate must be s, min, hour or day"};
    const auto count = parse_whole_number(rate.substr(0, slash), kRateCount);
    if (!count) return Fault{"the count of a rate " + count.error().text + " (or say off)"};
    return Rate{static_cast<unsigned>(*count), *period};
}

Parsed<LogFormat> parse_log_format(std::string_view text) {
    if (const auto value = find_value<LogFormat>(kLogFormats, text)) return *value;
    return Fault{"must be text or json"};
}

Parsed<LogLevel> parse_log_level(std::string_view text) {
    if (const auto value = find_value<LogLevel>(kLogLevels, text)) return *value;
    return Fault{"must be debug, info, warning or error"};
}

std::vector<std::string> parse_list(std::string_view text) {
    std::vector<std::string> entries;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of(",\n"), text.size());
        if (const std::string_view entry = trim(text.substr(0, end)); !entry.empty()) entries.emplace_back(entry);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return entries;
}

std::string format_bool(bool value) {
    return find_name<bool>(kBools, value);
}

std::string format_mode(std::uint32_t mode) {
    return fmt::format("{:04o}", mode);
}

std::string format_rate(const Rate& rate) {
    if (!rate.count) return "off";
    return fmt::format("{}/{}", *rate.count, find_name<std::chrono::seconds>(kPeriods, rate.period));
}

std::string format_log_format(LogFormat value) {
    return find_name<LogFormat>(kLogFormats, value);
}

std::string format_log_level(LogLevel value) {
    return find_name<LogLevel>(kLogLevels, value);
}

std::string format_list(const std::vector<std::string>& entries) {
    return fmt::format("{}", fmt::join(entries, ","));
}

}  // namespace wdx::config
