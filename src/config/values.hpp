#pragma once

#include "config/config.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/system/result.hpp>

namespace wdx::config {

/// Why a text is not a value, as the end of the sentence `WDX_NAME: ...`.
struct Fault {
    std::string text;
};

template <typename T>
using Parsed = boost::system::result<T, Fault>;

/// A text that is a value.  A plain string could be either side of the result, which the compiler refuses.
inline Parsed<std::string> parsed_text(std::string text) {
    return {boost::system::in_place_value, std::move(text)};
}

/// What a number may be, both ends included.
struct Bounds {
    std::uint64_t min = 0;
    std::uint64_t max = UINT32_MAX;
    bool operator==(const Bounds&) const = default;
};

/// Each `parse_` takes what an operator may write, with blanks around it; each `format_` prints what its `parse_`
/// reads.

Parsed<bool> parse_bool(std::string_view text);  ///< on/off, true/false, yes/no, 1/0, in any case
Parsed<std::uint64_t> parse_whole_number(std::string_view text, Bounds bounds);
Parsed<std::uint32_t> parse_mode(std::string_view text, Bounds bounds);  ///< octal, as chmod reads it: `660`, `0660`
Parsed<Rate> parse_rate(std::string_view text);  ///< `10/min`, `5/s`, `100/hour`, `1000/day`, `off`
Parsed<LogFormat> parse_log_format(std::string_view text);
Parsed<LogLevel> parse_log_level(std::string_view text);
std::vector<std::string> parse_list(
    std::string_view text);  ///< separated by commas or line breaks; empty ones are dropped

std::string format_bool(bool value);
std::string format_mode(std::uint32_t mode);
std::string format_rate(const Rate& rate);
std::string format_log_format(LogFormat value);
std::string format_log_level(LogLevel value);
std::string format_list(const std::vector<std::string>& entries);

}  // namespace wdx::config
