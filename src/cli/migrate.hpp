#pragma once

#include "config/config.hpp"

#include <ostream>

namespace wdx::cli {

struct MigrateOptions {
    bool check = false;  ///< change nothing, exit 1 when something is pending
    bool plan = false;   ///< change nothing, say what would be done
};

/// `watchdxg-back migrate [--check|--plan]`.
/// @return an exit code of cli/command.hpp; never throws
int migrate(const config::Config& config, const MigrateOptions& options, std::ostream& out, std::ostream& err);

}  // namespace wdx::cli
