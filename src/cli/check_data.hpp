#pragma once

#include "cli/check_report.hpp"
#include "config/config.hpp"
#include "db/session.hpp"

namespace wdx::cli {

/// Warns of what is known to be wrong in the rows that the core wrote, for each X account, with how many rows it is and
/// the first of them; see store::data_checks().  A database without the core's tables is passed over.
/// @throws DbError
void check_data(db::Session& session, const config::Config& config, CheckReport& report);

}  // namespace wdx::cli
