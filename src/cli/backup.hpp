#pragma once

#include "backup/manifest.hpp"
#include "cli/key_secret.hpp"
#include "config/load.hpp"

#include <filesystem>
#include <optional>
#include <ostream>

namespace wdx::cli {

struct BackupOptions {
    std::filesystem::path folder;
    std::optional<unsigned> keep;  ///< days, weeks and months that keep a backup
    backup::Scope scope = backup::Scope::all;
    KeySecretOptions key_secret;
    bool verify = false;
};

/// `watchdxg-back backup`: writes a file with a copy of the database, the settings without secrets, and the signing key
/// if there is a secret to encrypt it with.  Whatever happens, there is a whole new file or none.  A failure is noted
/// in the database's log, too, where that is there, and so is the end by a signal.
/// @return an exit code of cli/command.hpp; never throws
int backup(const config::Loaded& settings, const BackupOptions& options, std::ostream& out, std::ostream& err);

}  // namespace wdx::cli
