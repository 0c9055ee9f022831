#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wdx::app {

/// What makes a table of the core, or adds a column to one, as today's core has it.  For somebody who runs them by
/// hand: the core itself makes whole tables only, and we alter none of its.
/// @param missing  `posts`, or `users.last_updated`: one that CoreSchema says is missing
/// @return statements that each end with a semicolon and stand on one line
std::vector<std::string> core_statements(std::string_view missing);

/// What makes the trigger of the core that keeps `users.last_updated`, likewise.
std::vector<std::string> core_trigger_statements();

}  // namespace wdx::app
