#pragma once

#include "config/config.hpp"

#include <ostream>

namespace wdx::cli {

struct IndexesOptions {
    bool create = false;  ///< make what is missing
    bool all = false;     ///< with it: also those that are optional
};

/// `watchdxg-back indexes [--create [--all]]`: the indexes on the core's tables that the server's statements use, what
/// is there of them, how large they are and what they save.  Without --create it only reads.
/// @return an exit code of cli/command.hpp; never throws
int indexes(const config::Config& config, const IndexesOptions& options, std::ostream& out, std::ostream& err);

}  // namespace wdx::cli
