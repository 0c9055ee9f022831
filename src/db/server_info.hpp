#pragma once

#include "db/session.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wdx::db {

/// What a server says of itself, and who we are there.
struct ServerInfo {
    std::int64_t version_number = 0;  ///< 150004 for 15.4
    std::string version;
    std::string database;
    std::string role;
    std::string encoding;         ///< of the database: `UTF8`, `LATIN1`
    std::string quoted_database;  ///< its name as SQL has it
};

/// @throws DbError
ServerInfo read_server_info(Session& session);
/// It counts the rows that are changed (`track_counts`).  @throws DbError
bool tracks_counts(Session& session);
/// A setting by which sessions of this database begin in a zone that is not UTC.
struct TimeZoneSetting {
    std::string zone;       ///< with the role whose sessions these are, where it is of one role alone
    std::string statement;  ///< that sets it to UTC, or takes it away
};

/// @throws DbError
std::vector<TimeZoneSetting> list_time_zones_beside_utc(Session& session);
/// The names of time zones that the server knows.  @throws DbError
std::vector<std::string> list_time_zones(Session& session);
/// @throws DbError (22023) when the server does not know the zone; the transaction has then failed
void read_clock_in(Session& session, std::string_view time_zone);
/// Its clock, since 1970-01-01 UTC.  @throws DbError
std::chrono::milliseconds read_server_clock(Session& session);

/// What a database and its physical copies have in common and no other database has: the cluster, its timeline, and the
/// database's number.  One text.  Of a standby the timeline is that of its last restart point: behind a failover it is
/// no copy of the new primary before the next one.
/// Source: PostgreSQL manual, "System Information Functions" (control data) and "Backup Control Functions".
inline constexpr std::string_view kIdentitySql =
    "SELECT concat_ws(' ', (SELECT system_identifier FROM pg_control_system()),"
    " CASE WHEN pg_is_in_recovery() THEN (SELECT timeline_id FROM pg_control_checkpoint())"
    " ELSE ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int END,"
    " (SELECT oid FROM pg_database WHERE datname = current_database()))";

}  // namespace wdx::db
