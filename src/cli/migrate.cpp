#include "cli/migrate.hpp"

#include "cli/command.hpp"
#include "db/migrate.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace wdx::cli {
namespace {

constexpr std::string_view kNothing = "No migrations to apply.\n";

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

int apply_pending(db::Session& session, std::ostream& out) {
    bool any = false;
    db::apply(session, [&](std::string_view name, db::MigrationStep step) {
        any = true;
        if (step == db::MigrationStep::adopted)
            out << "Taken as it is: " << name << " (the original made these tables)" << std::endl;
        else
            out << "Applied: " << name << std::endl;
    });
    if (!any) out << kNothing;
    return kDone;
}

}  // namespace

int migrate(const config::Config& config, const MigrateOptions& options, std::ostream& out, std::ostream& err) {
    return run_command(err, [&] {
        db::Session session = connect(config);
        if (options.check || options.plan) return show_pending(session, options.check, out);
        return apply_pending(session, out);
    });
}

}  // namespace wdx::cli
