#pragma once

#include "config/load.hpp"

#include <ostream>

namespace wdx::cli {

/// `watchdxg-back check`: looks at the settings and the database and says, for each finding, what to do.  Changes
/// nothing.
/// @param with_data  also at the rows that the core wrote
/// @return kRefused when anything failed (a database that cannot be reached is such a failure), kDone on warnings
///         alone, kUsage when WDX_DATABASE_URL is missing or malformed; never throws
int check(const config::Loaded& settings, bool with_data, std::ostream& out, std::ostream& err);

}  // namespace wdx::cli
