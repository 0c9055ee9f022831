#pragma once

#include "cli/key_secret.hpp"
#include "config/load.hpp"

#include <filesystem>
#include <ostream>
#include <string>

namespace wdx::cli {

struct RestoreOptions {
    std::filesystem::path file;
    std::string url;  ///< of the database; empty: that of the settings
    KeySecretOptions key_secret;
    bool without_key = false;
    bool replace = false;
    bool dry_run = false;
};

/// `watchdxg-back restore`: puts a backup into a database, and the signing key where `serve` reads it.  One
/// transaction: a restore that is killed leaves the old state or the new one.  What is in the database already is
/// shown, and replaced only on request; at a terminal it asks once more.
/// @return an exit code of cli/command.hpp; never throws
int restore(const config::Loaded& settings, const RestoreOptions& options, std::ostream& out, std::ostream& err);

}  // namespace wdx::cli
