#pragma once

#include "config/config.hpp"

#include <ostream>

namespace wdx::cli {

/// `watchdxg-back flushexpiredtokens`: deletes outstanding tokens that have expired and their blacklist rows, a bounded
/// number in each transaction, so that a running server is not held up.
/// @return an exit code of cli/command.hpp; never throws
/// Source: SimpleJWT token_blacklist/management/commands/flushexpiredtokens.py.
int flushexpiredtokens(const config::Config& config, std::ostream& out, std::ostream& err);

}  // namespace wdx::cli
