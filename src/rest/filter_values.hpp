#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wdx::rest {

/// The values of filters, as django-filter's fields read them, and its words for those that it does not take.
inline constexpr std::string_view kEnterANumber = "Enter a number.";
inline constexpr std::string_view kEnterADate = "Enter a valid date.";
inline constexpr std::string_view kEnterADateTime = "Enter a valid date/time.";
inline constexpr std::string_view kNullCharacters = "Null characters are not allowed.";

/// A whole number.  One that does not fit is the nearest that does.
std::optional<std::int64_t> parse_number(std::string_view text);

/// A finite number, with a fraction or an exponent or without.
/// @return the same without outer white space
std::optional<std::string> parse_real(std::string_view text);

/// ISO 8601: a date, or a date and a time of hours and minutes with or without seconds, their fraction and a zone
/// (`Z`, `+02:00`, `+0200`, `+02`); UTC where none is given.
/// @return microseconds since 1970-01-01 UTC
/// Source: django-filter fields.py `IsoDateTimeField`; Django utils/dateparse.py `parse_datetime`.
std::optional<std::int64_t> parse_date_time(std::string_view text);

/// A date of ISO 8601: `2026-11-25`.
/// @return the same without outer white space
/// Source: Django forms/fields.py `DateField`, with the one format that no locale changes.
std::optional<std::string> parse_date(std::string_view text);

}  // namespace wdx::rest
