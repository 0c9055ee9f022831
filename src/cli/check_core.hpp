#pragma once

#include "cli/check_report.hpp"
#include "db/session.hpp"

namespace wdx::cli {

/// Tells which generation of the core's schema is there and names what it lacks.  A missing `accounts` or `users`, or a
/// column of theirs that the frozen routes answer with, is a failure; everything else a warning.
/// @throws DbError
void check_core_schema(db::Session& session, CheckReport& report);

/// Tells which rights are missing that the routes need which write `classification` and `actions`.  A table that is not
/// there is passed over.
/// @throws DbError
void check_core_rights(db::Session& session, CheckReport& report);

/// Warns where the columns that every list filters by (users.account_id, posts.user_id) have no index, with the
/// statement that makes it.  A table that is not there is passed over.
/// @throws DbError
void check_core_indexes(db::Session& session, CheckReport& report);

}  // namespace wdx::cli
