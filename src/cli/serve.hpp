#pragma once

#include "config/load.hpp"

#include <cstdint>
#include <optional>
#include <ostream>

namespace wdx::cli {

/// Sets up the log of a command that serves, and warns there of settings that have no effect any more.
void begin_log(const config::Loaded& settings);

/// `watchdxg-back serve [--migrate]`.
/// @return an exit code of cli/command.hpp; never throws
int serve(const config::Loaded& settings, bool migrate, std::ostream& err);

/// `watchdxg-back dev [--postgres-port N]`: a private PostgreSQL with demo data, and the server on loopback.
/// @return an exit code of cli/command.hpp; never throws
int dev(const config::Loaded& settings, std::optional<std::uint16_t> postgres_port, std::ostream& err);

/// `watchdxg-back healthcheck`: asks `/healthz` of the first listener of WDX_LISTEN, with TLS where that is configured,
/// for container health checks.
/// @return kDone when it answers 200, kRefused otherwise; never throws
int healthcheck(const config::Config& config, std::ostream& out, std::ostream& err);

}  // namespace wdx::cli
