#include "cli/command.hpp"

#include "db/connect_failure.hpp"
#include "db/error.hpp"
#include "db/migrate.hpp"

#include <vector>

namespace wdx::cli {
namespace {

int report(std::ostream& err, const db::DbError& error) {
    if (error.is_unavailable()) {
        err << "The database is not available: " << error.message() << '\n';
        return kUnavailable;
    }
    err << "The database refused: " << error.what() << '\n';
    return kRefused;
}

}  // namespace

int run_command(std::ostream& err, const std::function<int()>& body) {
    try {
        return body();
    } catch (const CommandError& error) {
        err << error.what() << '\n';
        return error.exit_code();
    } catch (const db::DbError& error) {
        return report(err, error);
    } catch (const std::exception& error) {
        err << error.what() << '\n';
        return kRefused;
    }
}

db::Session connect(const config::Config& config) {
    if (config.database_url.empty()) throw CommandError(kUsage, "WDX_DATABASE_URL is not set.");
    if (!db::Session::is_valid_url(config.database_url))
        throw CommandError(kUsage, "WDX_DATABASE_URL is not a connection string that libpq understands: " +
                                       db::connect_failure(config.database_url,
                                                           "see \"Connection Strings\" in the "
                                                           "manual of PostgreSQL") +
                                       ".");
    return db::Session::connect(config.database_url, config.database_connect_timeout);
}

void require_migrated(db::Session& session) {
    const std::vector<std::string> names = db::pending(session);
    if (!names.empty())
        throw CommandError(kRefused, "Migrations are pending (" + names.front() + (names.size() > 1 ? ", ..." : "") +
                                         "). Run `watchdxg-back migrate` first.");
}

}  // namespace wdx::cli
