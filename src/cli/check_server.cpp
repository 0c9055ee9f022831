#include "cli/check_server.hpp"

#include "base/suggest.hpp"
#include "db/error.hpp"
#include "db/server_info.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wdx::cli {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kOldestServer = 120000;
constexpr auto kClockTolerance = 5s;

}  // namespace

void check_server(db::Session& session, CheckReport& report) {
    const db::ServerInfo server = db::read_server_info(session);
    const std::string text = "PostgreSQL " + server.version + ", database " + server.database + ", role " + server.role;
    if (server.version_number >= kOldestServer)
        report.ok("database", text);
    else
        report.fail("database", text, "PostgreSQL 12 is the oldest version that works: upgrade the server.");
}

void check_encoding(db::Session& session, CheckReport& report) {
    constexpr std::string_view kName = "encoding";
    const db::ServerInfo server = db::read_server_info(session);
    if (server.encoding == "UTF8") return report.ok(kName, server.encoding);
    report.warn(
        kName,
        fmt::format("the database's encoding is {}, which cannot hold all that X users write, such as emoji: the "
                    "core loses what it cannot store, and such notes are refused",
                    server.encoding),
        fmt::format("Dump it with pg_dump, and restore it into a new one, which gets its name:\n"
                    "ALTER DATABASE {0} RENAME TO before_utf8;\n"
                    "CREATE DATABASE {0} ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8' TEMPLATE template0;",
                    server.quoted_database));
}

void check_time_zone(db::Session& session, CheckReport& report) {
    constexpr std::string_view kName = "time zone";
    const std::vector<db::TimeZoneSetting> others = db::list_time_zones_beside_utc(session);
    if (others.empty()) return report.ok(kName, "sessions of the database are in UTC");
    std::vector<std::string> zones;
    std::string to_do = "Before the core runs again:";
    for (const db::TimeZoneSetting& other : others) {
        zones.push_back(other.zone);
        to_do += "\n" + other.statement;
    }
    to_do += "\nTimes that are stored stay shifted: docs/deployment.md, \"Times of posts\", corrects them.";
    report.warn(
        kName,
        fmt::format("not all sessions of the database are in UTC: {}. The core stores the times of posts without "
                    "their zone, so PostgreSQL shifts them",
                    fmt::join(zones, ", ")),
        to_do);
}

void check_core_time_zone(db::Session& session, const config::Config& config, CheckReport& report) {
    constexpr std::string_view kName = "core time zone";
    const std::string& zone = config.core_timezone;
    if (zone.empty()) return;
    const std::vector<std::string> names = db::list_time_zones(session);
    const bool is_name = std::find(names.begin(), names.end(), zone) != names.end();
    try {
        db::read_clock_in(session, zone);
        if (is_name) return report.ok(kName, zone);
        return report.warn(kName,
                           fmt::format("{} is no name of a time zone; PostgreSQL reads it by other rules, in which "
                                       "offsets count hours to the west",
                                       zone),
                           "Set WDX_CORE_TIMEZONE to a name from pg_timezone_names, such as Europe/Paris.");
    } catch (const db::DbError& error) {
        if (!session.is_connected() || error.is_timeout()) throw;
    }
    const auto meant = base::closest_name(zone, names);
    report.fail(
        kName,
        fmt::format("the database does not know the time zone {} of WDX_CORE_TIMEZONE: last_updated is left out", zone),
        meant ? fmt::format("Did you mean {}?", *meant)
              : "Set it to a name from pg_timezone_names, such as Europe/Paris. Older names, such as "
                "US/Pacific, are in Debian's package tzdata-legacy.");
}

void check_pooler(db::Session& session, const config::Config& config, CheckReport& report) {
    if (!session.has_pooler()) {
        report.ok("pooler", "none in between");
        return;
    }
    std::string to_do;
    if (config.prepared_statements)
        to_do = "Set WDX_PREPARED_STATEMENTS=false if it shares connections by transaction.";
    if (config.database_direct_url.empty())
        to_do += std::string(to_do.empty() ? "" : " ") + "Set WDX_DATABASE_DIRECT_URL to the server itself (LISTEN).";
    if (to_do.empty())
        report.ok("pooler", "in between, and the settings suit it");
    else
        report.warn("pooler", "a pooler such as PgBouncer stands between us and the server", to_do);
}

void check_events(db::Session& session, const config::Config& config, CheckReport& report) {
    constexpr std::string_view kName = "events";
    if (config.watch_interval > 0s && !db::tracks_counts(session))
        return report.warn(kName, "track_counts is off: what others change in the core's tables is not noticed",
                           "Set track_counts = on, PostgreSQL's default, where it was turned off: in the server's "
                           "configuration, or by ALTER DATABASE or ALTER ROLE.");
    if (config.database_direct_url.empty()) {
        // A pooler has been told of.
        if (!session.has_pooler()) report.ok(kName, "the database tells us of them");
        return;
    }
    try {
        db::Session direct = db::Session::connect(config.database_direct_url, config.database_connect_timeout);
        if (direct.has_pooler())
            report.warn(kName, "WDX_DATABASE_DIRECT_URL leads to a pooler, too: they come seconds late",
                        "Set it to the server itself.");
        else
            report.ok(kName, "the database tells us of them, by WDX_DATABASE_DIRECT_URL");
    } catch (const db::DbError& error) {
        report.warn(kName, "WDX_DATABASE_DIRECT_URL cannot be used: they come seconds late", error.message());
    }
}

void check_replica(db::Session& session, const config::Config& config, CheckReport& report) {
    constexpr std::string_view kName = "replica";
    if (config.database_replica_url.empty()) return;
    const auto identity = [](db::Session& of) { return std::string(of.execute(db::kIdentitySql).front().text(0)); };
    try {
        db::Session standby = db::Session::connect(config.database_replica_url, config.database_connect_timeout);
        if (!standby.execute("SELECT pg_is_in_recovery()").front().boolean(0))
            report.warn(kName, "WDX_DATABASE_REPLICA_URL leads to no standby: it is not used",
                        "Set it to a hot standby of the database, or leave it out.");
        else if (identity(standby) != identity(session))
            report.warn(kName,
                        "WDX_DATABASE_REPLICA_URL is not, or not yet, a standby of this database: it is not used",
                        "After a failover a standby is used again from its first restart point on.");
        else
            report.ok(kName, "a standby of this database");
    } catch (const db::DbError& error) {
        report.warn(kName, "WDX_DATABASE_REPLICA_URL cannot be used: the primary reads everything", error.message());
    }
}

void check_clock(db::Session& session, CheckReport& report) {
    using std::chrono::system_clock;
    const auto before = system_clock::now();
    const std::chrono::milliseconds server = db::read_server_clock(session);
    const auto middle = before.time_since_epoch() + (system_clock::now() - before) / 2;
    const auto ahead = std::chrono::duration_cast<std::chrono::milliseconds>(server - middle);
    const std::string text = "the database's is " + std::to_string(ahead.count()) + " ms ahead of ours";
    if (ahead > -kClockTolerance && ahead < kClockTolerance)
        report.ok("clock", text);
    else
        report.warn("clock", text, "Let both machines take their time from NTP: tokens and sessions depend on it.");
}

}  // namespace wdx::cli
