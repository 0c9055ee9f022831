#include "app/database_gate.hpp"

#include "api/request/credentials.hpp"
#include "auth/password_hash.hpp"
#include "db/migrate.hpp"

#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

namespace wdx::app {
namespace {

void check_migrations(db::Session& session, bool migrate, std::chrono::milliseconds timeout) {
    try {
        // Bounded: somebody may hold a lock on these tables.
        std::vector<std::string> pending;
        {
            const db::Session::Transaction reading(session, timeout);
            pending = db::pending(session);
        }
        if (pending.empty()) return;
        if (!migrate)
            throw GateError(
                fmt::format("migrations are pending: {}; run `watchdxg-back migrate`, or start with "
                            "`serve --migrate`",
                            fmt::join(pending, ", ")));
        db::apply(session, [](std::string_view name, db::MigrationStep step) {
            spdlog::info("migration {} {}", name, step == db::MigrationStep::applied ? "applied" : "adopted");
        });
    } catch (const db::MigrationError& error) {
        throw GateError(error.what());
    }
}

void check_default_password(db::Session& session) {
    const db::Rows rows =
        session.execute("SELECT password FROM auth_user WHERE username = $1", {api::kDefaultUsername});
    if (rows.empty() || !auth::check_password(api::kDefaultPassword, rows.front().text(0)).matches) return;
    throw GateError(
        "the operator watchdxg still has the documented default password: refusing to listen beyond this machine; run "
        "`watchdxg-back changepassword --username watchdxg`, after the two lines of watchdxg-front that "
        "docs/deployment.md names");
}

}  // namespace

void check_database(const GateOptions& options) {
    db::Session session = db::Session::connect(options.database_url, options.connect_timeout);
    check_migrations(session, options.migrate, options.connect_timeout);
    if (options.beyond_loopback) check_default_password(session);
}

}  // namespace wdx::app
