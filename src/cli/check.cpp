#include "cli/check.hpp"

#include "cli/check_backup.hpp"
#include "cli/check_core.hpp"
#include "cli/check_data.hpp"
#include "cli/check_login.hpp"
#include "cli/check_report.hpp"
#include "cli/check_server.hpp"
#include "cli/command.hpp"
#include "db/error.hpp"
#include "db/migrate.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace wdx::cli {
namespace {

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

/// What to do about a database that cannot be used: the line to write, where the settings file names it.
std::string how_to_reach_it(const config::Loaded& settings) {
    const auto source = settings.sources.find("WDX_DATABASE_URL");
    if (source == settings.sources.end() || source->second.place != config::Place::file)
        return "Start the server, or correct WDX_DATABASE_URL. What needs the database was not looked at.";
    return "Start the server, or name another in " + config::describe(source->second) +
           ":\ndatabase_url = \"postgresql://USER:PASSWORD@HOST/DATABASE\"\n"
           "What needs the database was not looked at.";
}

void check_database(const config::Loaded& settings, bool with_data, CheckReport& report) {
    const config::Config& config = settings.config;
    try {
        db::Session session = connect(config);
        const auto run = [&](std::string_view name, const std::function<void()>& body) {
            run_check(session, config, report, name, body);
        };
        run("database", [&] { check_server(session, report); });
        run("encoding", [&] { check_encoding(session, report); });
        run("time zone", [&] { check_time_zone(session, report); });
        run("core time zone", [&] { check_core_time_zone(session, config, report); });
        run("pooler", [&] { check_pooler(session, config, report); });
        run("events", [&] { check_events(session, config, report); });
        run("replica", [&] { check_replica(session, config, report); });
        run("clock", [&] { check_clock(session, report); });
        run("migrations", [&] { check_migrations(session, report); });
        run("operator", [&] { check_operator(session, report); });
        run("default password", [&] { check_default_password(session, report); });
        run("backup", [&] { check_backup(session, report); });
        run("core schema", [&] { check_core_schema(session, report); });
        run("core rights", [&] { check_core_rights(session, report); });
        run("index", [&] { check_core_indexes(session, report); });
        if (with_data) run("data", [&] { check_data(session, config, report); });
    } catch (const db::DbError& error) {
        report.fail("database", error.message(), how_to_reach_it(settings));
    }
}

}  // namespace

int check(const config::Loaded& settings, bool with_data, std::ostream& out, std::ostream& err) {
    return run_command(err, [&] {
        CheckReport report(out);
        for (const std::string& warning : settings.warnings) report.warn("settings", warning, {});
        check_secret_key(settings.config, report);
        check_database(settings, with_data, report);
        report.finish();
        return report.failed() ? kRefused : kDone;
    });
}

}  // namespace wdx::cli
