#pragma once

#include "base/json_reader.hpp"

#include <cstddef>
#include <string>

namespace wdx::insight {

// One user of a report as HTML, made from her object in it (docs/evidence.md).  Both append to `html`.

/// Her row in the table of contents, which links to her section.
/// @param place  in the report, from 1
void append_user_row(std::string& html, const base::JsonValue& user, std::size_t place);

/// Her section: a sentence on who she is, the verdict and the score, the signals that fire, the strongest first, what
/// happened in the order of time, then every value.
/// @param users  in the report
void append_user(std::string& html, const base::JsonValue& user, std::size_t place, std::size_t users);

}  // namespace wdx::insight
