#include "cli/indexes.hpp"

#include "cli/command.hpp"
#include "cli/index_maker.hpp"
#include "cli/index_report.hpp"
#include "cli/interruption_report.hpp"
#include "store/core/core_schema.hpp"

#include <memory>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace wdx::cli {
namespace {

/// The database past the pooler, where it is given.
struct Target {
    const std::string& url;
    std::string_view setting;
    std::string_view flag;
};

Target target_of(const config::Config& config) {
    if (config.database_direct_url.empty()) return {config.database_url, "WDX_DATABASE_URL", "--database-url"};
    return {config.database_direct_url, "WDX_DATABASE_DIRECT_URL", "--database-direct-url"};
}

std::string how_to_be_owner(const std::string& owner, const Target& target) {
    return fmt::format(
        "The tables belong to the role {0}, and only their owner may make indexes. To make them, as that role:\n"
        "    watchdxg-back indexes --create {1} postgresql://{0}@HOST/DATABASE\n",
        owner, target.flag);
}

int show(db::Session& session, const config::Config& config, const Target& target, std::ostream& out) {
    const store::CoreSchema schema = store::read_core_schema(session);
    const IndexReport report = report_indexes(session, schema, config.core_timezone, out);
    if (!report.owner.empty())
        out << '\n' << how_to_be_owner(report.owner, target);
    else if (report.missing > 0)
        out << "\nTo make what is missing, while the core goes on:\n    watchdxg-back indexes --create\n";
    if (report.needs_extension)
        out << "\nThis role may not install pg_trgm, which search needs. As a superuser, in this database:\n"
               "    CREATE EXTENSION pg_trgm;\n";
    return kDone;
}

struct CancelFreer {
    void operator()(PGcancel* cancel) const noexcept { PQfreeCancel(cancel); }
};

int create(db::Session& session, const config::Config& config, const IndexesOptions& options, const Target& target,
           std::ostream& out, std::ostream& err) {
    if (session.has_pooler())
        throw CommandError(kRefused,
                           fmt::format("{} leads to a pooler, through which no index can be made beside a running "
                                       "core. Set WDX_DATABASE_DIRECT_URL to the database itself.",
                                       target.setting));
    const store::CoreSchema schema = store::read_core_schema(session);
    if (const std::string owner = find_other_owner(session); !owner.empty())
        throw CommandError(kRefused, how_to_be_owner(owner, target));
    const std::unique_ptr<PGcancel, CancelFreer> cancel(PQgetCancel(session.raw()));
    const InterruptionReport interruption([&](std::string_view signal) {
        std::string why(256, '\0');
        PQcancel(cancel.get(), why.data(), static_cast<int>(why.size()));
        err << "\nEnded by " << signal << ". An index that was not finished serves nothing; "
            << "`watchdxg-back indexes --create` makes it anew." << std::endl;
    });
    return make_indexes(session, schema, config.core_timezone, options.all, out) ? kDone : kRefused;
}

}  // namespace

int indexes(const config::Config& config, const IndexesOptions& options, std::ostream& out, std::ostream& err) {
    return run_command(err, [&] {
        const Target target = target_of(config);
        db::Session session = connect(config, target.url, target.setting);
        return options.create ? create(session, config, options, target, out, err) : show(session, config, target, out);
    });
}

}  // namespace wdx::cli
