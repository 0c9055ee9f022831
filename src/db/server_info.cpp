#include "db/server_info.hpp"

#include <string_view>

namespace wdx::db {
namespace {

constexpr std::string_view kDescribeServer = R"sql(
    SELECT current_setting('server_version_num')::int, current_setting('server_version'),
           current_database()::text, current_user::text, current_setting('server_encoding'),
           quote_ident(current_database()))sql";
// Our own session is in UTC; `reset_val` is what it began with.  A zone is as good as UTC if it is so all year.
constexpr std::string_view kListTimeZonesBesideUtc = R"sql(
    SELECT DISTINCT zone || coalesce(' (role ' || role || ')', ''),
           CASE
               WHEN role IS NULL THEN format('ALTER DATABASE %I SET TimeZone = ''UTC'';', current_database())
               WHEN everywhere THEN format('ALTER ROLE %I RESET TimeZone;', role)
               ELSE format('ALTER ROLE %I IN DATABASE %I RESET TimeZone;', role, current_database())
           END
      FROM (SELECT NULL AS role, true AS everywhere, reset_val AS zone
              FROM pg_catalog.pg_settings
             WHERE name = 'TimeZone'
            UNION ALL
            SELECT r.rolname::text, s.setdatabase = 0, split_part(given.setting, '=', 2)
              FROM pg_catalog.pg_db_role_setting AS s
              LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = s.setrole
             CROSS JOIN unnest(s.setconfig) AS given (setting)
             WHERE s.setdatabase IN (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()))
               AND lower(split_part(given.setting, '=', 1)) = 'timezone') AS begun
     WHERE timestamptz '2025-01-01 00:00:00Z' AT TIME ZONE zone <> timestamp '2025-01-01 00:00:00'
        OR timestamptz '2025-07-01 00:00:00Z' AT TIME ZONE zone <> timestamp '2025-07-01 00:00:00'
     ORDER BY 1)sql";
constexpr std::string_view kListTimeZones = "SELECT name FROM pg_catalog.pg_timezone_names ORDER BY name";
constexpr std::string_view kReadClockIn = "SELECT now() AT TIME ZONE $1";
constexpr std::string_view kTracksCounts = "SELECT current_setting('track_counts')::boolean";
constexpr std::string_view kServerClock =
    "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS milliseconds";

}  // namespace

ServerInfo read_server_info(Session& session) {
    const Rows rows = session.execute(kDescribeServer);
    const Row row = rows.front();
    return {.version_number = row.integer(0),
            .version = std::string(row.text(1)),
            .database = std::string(row.text(2)),
            .role = std::string(row.text(3)),
            .encoding = std::string(row.text(4)),
            .quoted_database = std::string(row.text(5))};
}

bool tracks_counts(Session& session) {
    return session.execute(kTracksCounts).front().boolean(0);
}

std::vector<TimeZoneSetting> list_time_zones_beside_utc(Session& session) {
    const Rows rows = session.execute(kListTimeZonesBesideUtc);
    std::vector<TimeZoneSetting> settings;
    settings.reserve(static_cast<std::size_t>(rows.size()));
    for (int i = 0; i < rows.size(); ++i)
        settings.push_back({.zone = std::string(rows[i].text(0)), .statement = std::string(rows[i].text(1))});
    return settings;
}

std::vector<std::string> list_time_zones(Session& session) {
    const Rows rows = session.execute(kListTimeZones);
    std::vector<std::string> names;
    names.reserve(static_cast<std::size_t>(rows.size()));
    for (int i = 0; i < rows.size(); ++i) names.emplace_back(rows[i].text(0));
    return names;
}

void read_clock_in(Session& session, std::string_view time_zone) {
    session.execute(kReadClockIn, {time_zone});
}

std::chrono::milliseconds read_server_clock(Session& session) {
    return std::chrono::milliseconds(session.execute(kServerClock).front().integer(0));
}

}  // namespace wdx::db
