#pragma once

#include "base/json_reader.hpp"

#include <string>

namespace wdx::insight {

/// Appends what happened to a user and what she posted in the order of time, the oldest first; what has no time comes
/// last.  Says how much of it a report leaves out.
/// @param user  her object in a report
void append_timeline(std::string& html, const base::JsonValue& user);

}  // namespace wdx::insight
