#pragma once

#include "cli/check_report.hpp"
#include "db/session.hpp"

namespace wdx::cli {

/// Warns where the last backup failed, or where one was made, but none for more than a week.
/// @throws db::DbError
void check_backup(db::Session& session, CheckReport& report);

}  // namespace wdx::cli
