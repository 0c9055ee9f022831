#include "app/application.hpp"
#include "app/dev/cluster.hpp"
#include "app/dev/demo.hpp"
#include "base/child_process.hpp"
#include "base/log.hpp"
#include "cli/command.hpp"
#include "cli/serve.hpp"
#include "config/listen.hpp"
#include "db/migrate.hpp"

#include <iostream>

namespace wdx::cli {
namespace {

void require_loopback(const config::Config& config) {
    for (const std::string& text : config.listen) {
        const auto address = config::parse_listen(text);
        if (!address || !config::is_loopback(*address))
            throw CommandError(kUsage, "dev listens on this machine alone (its password is public), not on " + text);
    }
}

void prepare_database(const config::Config& config) {
    db::Session session = db::Session::connect(config.database_url, config.database_connect_timeout);
    db::apply(session, [](std::string_view, db::MigrationStep) {});
    app::prepare_demo(session);
    app::ensure_demo_operator(session);
}

}  // namespace

int dev(const config::Loaded& settings, std::optional<std::uint16_t> postgres_port, std::ostream& err) {
    return run_command(err, [&] {
        config::Config config = settings.config;
        require_loopback(config);
        const base::LogGuard log;
        begin_log(settings);
        base::SignalHold hold;  // a signal during the start is taken when the server can stop in order
        app::DevCluster cluster = app::DevCluster::open(config.data_dir, postgres_port);
        config.database_url = cluster.url();
        prepare_database(config);
        const app::ServeOptions options{
            .migrate = true, .sockets = {}, .on_listening = [&](const std::vector<std::string>& urls) {
                std::string url = urls.front();
                // What people type; the allowed hosts and origins know it as well.
                constexpr std::string_view kAddress = "://127.0.0.1:";
                if (const auto at = url.find(kAddress); at != std::string::npos)
                    url.replace(at, kAddress.size(), "://localhost:");
                err << app::dev_banner(url, cluster.loopback()) << std::flush;
                hold.release();
            }};
        const bool orderly = app::serve(config, options);
        cluster.stop();
        return orderly ? kDone : kRefused;
    });
}

}  // namespace wdx::cli
