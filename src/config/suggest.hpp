#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace wdx::config {

/// The candidate that `name` was probably meant to be: the one with the fewest single-character edits, if those are at
/// most a quarter of its length (and two are always allowed).  The first of equals wins.
std::optional<std::string> closest_name(std::string_view name, std::span<const std::string> candidates);

}  // namespace wdx::config
