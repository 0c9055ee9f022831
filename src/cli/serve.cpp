#include "cli/serve.hpp"

#include "app/application.hpp"
#include "app/systemd.hpp"
#include "cli/command.hpp"

namespace wdx::cli {

int serve(const config::Config& config, bool migrate, std::ostream& err) {
    return run_command(err, [&] {
        if (config.database_url.empty())
            throw CommandError(kUsage, "WDX_DATABASE_URL: is missing: give the database that watchdxg-core fills");
        app::setup_log(config);
        return app::serve(config, {.migrate = migrate, .sockets = app::take_activated_sockets(), .on_listening = {}})
                   ? kDone
                   : kRefused;
    });
}

}  // namespace wdx::cli
