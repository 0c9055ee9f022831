#pragma once

#include "cli/check_report.hpp"
#include "config/config.hpp"
#include "db/session.hpp"

namespace wdx::cli {

// What `check` asks about the server and the database, whatever is in its tables.  Everything throws DbError.

/// Names server, database and role; a PostgreSQL that is too old is a failure.
void check_server(db::Session& session, CheckReport& report);
/// Warns of a database whose encoding lacks characters that X users write.
void check_encoding(db::Session& session, CheckReport& report);
/// Warns where a session of the core would not be in UTC: it cuts the zone off the times of posts, and PostgreSQL reads
/// them in the session's.
void check_time_zone(db::Session& session, CheckReport& report);
/// Fails where the database does not know the zone of WDX_CORE_TIMEZONE.  Says nothing where that is not set.
void check_core_time_zone(db::Session& session, const config::Config& config, CheckReport& report);
/// Warns where the standby of the settings is none.
void check_replica(db::Session& session, const config::Config& config, CheckReport& report);

/// Warns where the settings do not suit a pooler that stands in between.
void check_pooler(db::Session& session, const config::Config& config, CheckReport& report);
/// Warns where /api/events/ cannot tell of changes, or not at once.
void check_events(db::Session& session, const config::Config& config, CheckReport& report);
/// Warns where the database's clock and ours are apart.
void check_clock(db::Session& session, CheckReport& report);

}  // namespace wdx::cli
