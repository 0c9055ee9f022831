#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace wdx::base {

/// Compact JSON of a value, in the style of json_writer: its escapes, and numbers as json_number writes them (0.5 and
/// 1, where boost::json::serialize writes 5E-1 and 1E0).  Members stay in the order in which they were added.
/// @param value  every double in it is finite
std::string json_text(const boost::json::value& value);

/// The text of an object with one more member behind the others.  For JSON that PostgreSQL made and whose digits must
/// stay: Boost 1.81 does not read every double exactly, so such text is passed on instead of being parsed.
/// @param name   needs no escape
/// @param value  compact JSON
std::string json_text_with(const boost::json::object& object, std::string_view name, std::string_view value);

/// The value, or null.
template <typename T>
boost::json::value or_null(const std::optional<T>& value) {
    if (!value) return nullptr;
    return boost::json::value(*value);
}

}  // namespace wdx::base
