#include "cli/command.hpp"

#include "db/connect_failure.hpp"
#include "db/error.hpp"
#include "db/migrate.hpp"

#include <vector>

#include <fmt/format.h>

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

db::Session connect(const config::Config& config, const std::string& url, std::string_view given_as) {
    if (url.empty()) throw CommandError(kUsage, fmt::format("{} is not set.", given_as));
    if (!db::Session::is_valid_url(url))
        throw CommandError(
            kUsage, fmt::format("{} is not a connection string that libpq understands: {}.", given_as,
                                db::connect_failure(url, "see \"Connection Strings\" in the manual of PostgreSQL")));
    return db::Session::connect(url, config.database_connect_timeout);
}

db::Session connect(const config::Config& config) {
    return connect(config, config.database_url, "WDX_DATABASE_URL");
}

void require_migrated(db::Session& session) {
    const std::vector<std::string> names = db::pending(session);
    if (!names.empty())
        throw CommandError(kRefused, "Migrations are pending (" + names.front() + (names.size() > 1 ? ", ..." : "") +
                                         "). Run `watchdxg-back migrate` first.");
}

}  // namespace wdx::cli
