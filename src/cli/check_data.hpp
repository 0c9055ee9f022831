#pragma once

#include "cli/check_report.hpp"
#include "config/config.hpp"
#include "db/session.hpp"

namespace wdx::cli {

/// Warns of known faults in the rows that the core wrote, for each X account, with how many rows are affected and the
/// first of them; see store::data_checks().  Skips a database without the core's tables.
/// @throws DbError
void check_data(db::Session& session, const config::Config& config, CheckReport& report);

}  // namespace wdx::cli
