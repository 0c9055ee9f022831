#include "cli/migrate.hpp"

#include "cli/command.hpp"
#include "db/error.hpp"
#include "db/migrate.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace wdx::cli {
namespace {

constexpr std::string_view kNothing = "No migrations to apply.\n";
constexpr std::chrono::seconds kPause{2};  ///< in which those who waited behind a migration come through

int show_pending(db::Session& session, bool check, std::ostream& out) {
    const std::vector<std::string> names = db::pending(session);
    if (names.empty()) {
        out << kNothing;
        return kDone;
    }
    out << "Pending migrations:\n";
    for (const std::string& name : names) out << "  " << name << '\n';
    return check ? kRefused : kDone;
}

/// @return false when somebody uses a table that is to be changed
bool try_to_apply(db::Session& session, const std::function<void(std::string_view, db::MigrationStep)>& done) {
    try {
        db::apply(session, done);
        return true;
    } catch (const db::DbError& error) {
        if (error.sqlstate() != db::kTableInUse) throw;
        return false;
    }
}

int apply_pending(db::Session& session, std::ostream& out, std::ostream& err) {
    bool any = false;
    const auto tell = [&](std::string_view name, db::MigrationStep step) {
        any = true;
        if (step == db::MigrationStep::adopted)
            out << "Taken as it is: " << name << " (the original made these tables)" << std::endl;
        else
            out << "Applied: " << name << std::endl;
    };
    for (bool is_first = true; !try_to_apply(session, tell); is_first = false) {
        if (is_first)
            err << "A table is in use, by an export or a backup for instance: waiting for that to end." << std::endl;
        std::this_thread::sleep_for(kPause);
    }
    if (!any) out << kNothing;
    return kDone;
}

}  // namespace

int migrate(const config::Config& config, const MigrateOptions& options, std::ostream& out, std::ostream& err) {
    return run_command(err, [&] {
        db::Session session = connect(config);
        if (options.check || options.plan) return show_pending(session, options.check, out);
        return apply_pending(session, out, err);
    });
}

}  // namespace wdx::cli
