#include "cli/check.hpp"

#include "auth/password_hash.hpp"
#include "auth/secret_key.hpp"
#include "cli/check_core.hpp"
#include "cli/check_data.hpp"
#include "cli/check_report.hpp"
#include "cli/command.hpp"
#include "db/error.hpp"
#include "db/migrate.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wdx::cli {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kOldestServer = 120000;
constexpr std::string_view kDefaultName = "watchdxg";
constexpr std::string_view kDefaultPassword = "watchdxg";
constexpr auto kClockTolerance = 5s;

constexpr std::string_view kDescribeServer = R"sql(
    SELECT current_setting('server_version_num')::int, current_setting('server_version'),
           current_database()::text, current_user::text)sql";
constexpr std::string_view kHasUsers = "SELECT to_regclass('auth_user') IS NOT NULL";
constexpr std::string_view kCountActive = "SELECT count(*) FROM auth_user WHERE is_active";
constexpr std::string_view kFindPassword = "SELECT password FROM auth_user WHERE username = $1";
constexpr std::string_view kTracksCounts = "SELECT current_setting('track_counts')::boolean";
constexpr std::string_view kServerClock =
    "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS milliseconds";

void check_server(db::Session& session, CheckReport& report) {
    const db::Rows rows = session.execute(kDescribeServer);
    const db::Row row = rows.front();
    const std::string text = "PostgreSQL " + std::string(row.text(1)) + ", database " + std::string(row.text(2)) +
                             ", role " + std::string(row.text(3));
    if (row.integer(0) >= kOldestServer)
        report.ok("database", text);
    else
        report.fail("database", text, "PostgreSQL 12 is the oldest version that works: upgrade the server.");
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

/// What /api/events/ needs to tell of changes, and at once.
void check_events(db::Session& session, const config::Config& config, CheckReport& report) {
    constexpr std::string_view kName = "events";
    if (config.watch_interval > 0s && !session.execute(kTracksCounts).front().boolean(0))
        return report.warn(kName, "track_counts is off: what others change in the core's tables is not noticed",
                           "Set track_counts = on, PostgreSQL's default, in the server's configuration.");
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

void check_clock(db::Session& session, CheckReport& report) {
    using std::chrono::system_clock;
    const auto before = system_clock::now();
    const std::chrono::milliseconds server(session.execute(kServerClock).front().integer(0));
    const auto middle = before.time_since_epoch() + (system_clock::now() - before) / 2;
    const auto ahead = std::chrono::duration_cast<std::chrono::milliseconds>(server - middle);
    const std::string text = "the database's is " + std::to_string(ahead.count()) + " ms ahead of ours";
    if (ahead > -kClockTolerance && ahead < kClockTolerance)
        report.ok("clock", text);
    else
        report.warn("clock", text, "Let both machines take their time from NTP: tokens and sessions depend on it.");
}

void check_migrations(db::Session& session, CheckReport& report) {
    try {
        const std::vector<std::string> names = db::pending(session);
        if (names.empty())
            report.ok("migrations", "all applied");
        else
            report.fail("migrations", std::to_string(names.size()) + " pending, the first is " + names.front(),
                        "Run `watchdxg-back migrate`.");
    } catch (const db::MigrationError& error) {
        report.fail("migrations", "cannot be applied", error.what());
    }
}

void check_operator(db::Session& session, CheckReport& report) {
    if (!session.execute(kHasUsers).front().boolean(0)) return;  // check_migrations has said what is wrong
    const std::int64_t count = session.execute(kCountActive).front().integer(0);
    if (count == 0)
        report.warn("operator", "nobody can log in", "Run `watchdxg-back create_user`.");
    else
        report.ok("operator", std::to_string(count) + " active");
}

void check_default_password(db::Session& session, CheckReport& report) {
    if (!session.execute(kHasUsers).front().boolean(0)) return;
    const db::Rows rows = session.execute(kFindPassword, {kDefaultName});
    if (!rows.empty() && auth::check_password(kDefaultPassword, rows.front().text(0)).matches)
        report.fail("default password", "the user watchdxg has the password that everybody knows",
                    "Run `watchdxg-back changepassword --username watchdxg`.");
    else
        report.ok("default password", "not in use");
}

bool has_weak_fallback(const config::Config& config) {
    std::vector<std::string> keys = config.secret_key_fallbacks;
    if (config.secret_key.empty())
        for (std::string& key : auth::read_secret_key_fallbacks(config.data_dir)) keys.push_back(std::move(key));
    return std::any_of(keys.begin(), keys.end(), [](const std::string& key) { return auth::is_weak_secret_key(key); });
}

void check_secret_key(const config::Config& config, CheckReport& report) {
    constexpr std::string_view kName = "secret key";
    try {
        std::string source = "WDX_SECRET_KEY";
        std::optional<std::string> key = config.secret_key;
        if (key->empty()) {
            source = auth::secret_key_path(config.data_dir).string();
            key = auth::read_secret_key_file(config.data_dir);
        }
        if (!key)
            report.ok(kName, "none yet; the server makes one at its first start: " + source);
        else if (has_weak_fallback(config))
            report.fail(
                kName, "one of the fallbacks is weak (under 32 bytes, or Django's django-insecure-...)",
                "Whoever guesses it logs in as anybody. Take it out; those whose tokens it signed log in again.");
        else if (auth::is_weak_secret_key(*key))
            report.fail(kName, source + " is weak (under 32 bytes, or Django's django-insecure-...)",
                        "Whoever guesses it logs in as anybody. Set a random one, e.g. `openssl rand -hex 32`, or "
                        "none at all: then the server makes one.");
        else
            report.ok(kName, "from " + source);
    } catch (const auth::SecretKeyError& error) {
        report.fail(kName, "cannot be used", error.what());
    }
}

/// Runs one check in a transaction of its own, so that it cannot wait longer than a request would.
void run_check(db::Session& session, const config::Config& config, CheckReport& report, std::string_view name,
               const std::function<void()>& body) {
    try {
        const db::Session::Transaction transaction(session, config.statement_timeout);
        body();
    } catch (const db::DbError& error) {
        if (!session.is_connected()) throw;  // a statement timeout, too, is "unavailable", but only this check's
        report.fail(name, "the database refused", error.what());
    }
}

void check_database(const config::Config& config, bool with_data, CheckReport& report) {
    try {
        db::Session session = connect(config);
        const auto run = [&](std::string_view name, const std::function<void()>& body) {
            run_check(session, config, report, name, body);
        };
        run("database", [&] { check_server(session, report); });
        run("pooler", [&] { check_pooler(session, config, report); });
        run("events", [&] { check_events(session, config, report); });
        run("clock", [&] { check_clock(session, report); });
        run("migrations", [&] { check_migrations(session, report); });
        run("operator", [&] { check_operator(session, report); });
        run("default password", [&] { check_default_password(session, report); });
        run("core schema", [&] { check_core_schema(session, report); });
        run("core rights", [&] { check_core_rights(session, report); });
        run("index", [&] { check_core_indexes(session, report); });
        if (with_data) run("data", [&] { check_data(session, config, report); });
    } catch (const db::DbError& error) {
        report.fail("database", error.message(),
                    "Start the server, or correct WDX_DATABASE_URL. What needs the database was not looked at.");
    }
}

}  // namespace

int check(const config::Config& config, bool with_data, std::ostream& out, std::ostream& err) {
    return run_command(err, [&] {
        CheckReport report(out);
        check_secret_key(config, report);
        check_database(config, with_data, report);
        return report.failed() ? kRefused : kDone;
    });
}

}  // namespace wdx::cli
