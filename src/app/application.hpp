#pragma once

#include "config/config.hpp"

#include <functional>
#include <string>
#include <vector>

namespace wdx::app {

struct ServeOptions {
    bool migrate = false;        ///< apply pending migrations instead of refusing to start
    std::vector<int> sockets{};  ///< listening already (socket activation): used instead of WDX_LISTEN
    /// Called once all listeners accept, with their names as clients are told (`http://127.0.0.1:8000`).
    std::function<void(const std::vector<std::string>& urls)> on_listening;
};

/// Sets up the program's log as the settings say; to be called once, before `serve`.
/// @throws std::exception when the log file cannot be opened
void setup_log(const config::Config& config);

/// Runs the server until SIGTERM or SIGINT, then lets requests in progress end.  Blocks.
/// @return true after an orderly stop; false when the database cannot be served, or after a fault (the log says why)
/// @throws std::exception  with a sentence for the operator: an address is in use, the secret key cannot be trusted,
/// TLS is not usable
bool serve(const config::Config& config, const ServeOptions& options);

}  // namespace wdx::app
