#pragma once

#include <optional>
#include <string_view>

namespace wdx::platform {

/// A whole text as a number, as std::from_chars reads it: decimal, with or without an exponent, no `+` in front, no
/// white space; also `inf` and `nan`.
/// @return nullopt for anything else, and for what no double can hold
std::optional<double> parse_double(std::string_view text);

}  // namespace wdx::platform
