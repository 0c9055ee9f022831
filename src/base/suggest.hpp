#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace wdx::base {

/// The candidate with the fewest single-character edits from `name`; the first of equals, nullopt where there is none
/// or `name` is longer than any name is.
std::optional<std::string> nearest_name(std::string_view name, std::span<const std::string> candidates);

/// The candidate that `name` was probably meant to be: the nearest, if its edits are at most a quarter of the length of
/// `name` (and two are always allowed).
std::optional<std::string> closest_name(std::string_view name, std::span<const std::string> candidates);

}  // namespace wdx::base
