#include "cli/serve.hpp"

#include "app/application.hpp"
#include "app/systemd.hpp"
#include "base/log.hpp"
#include "cli/command.hpp"

#include <spdlog/spdlog.h>

namespace wdx::cli {

void begin_log(const config::Loaded& settings) {
    app::setup_log(settings.config);
    for (const std::string& warning : settings.warnings) spdlog::warn("{}", warning);
}

int serve(const config::Loaded& settings, bool migrate, std::ostream& err) {
    return run_command(err, [&] {
        const config::Config& config = settings.config;
        if (config.database_url.empty())
            throw CommandError(kUsage, "WDX_DATABASE_URL: is missing: give the database that watchdxg-core fills");
        const base::LogGuard log;
        begin_log(settings);
        return app::serve(config, {.migrate = migrate, .sockets = app::take_activated_sockets(), .on_listening = {}})
                   ? kDone
                   : kRefused;
    });
}

}  // namespace wdx::cli
