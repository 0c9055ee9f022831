#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace wdx::cli {

/// What encrypts the signing key in a backup, and opens it again: one of them, or none.
struct KeySecretOptions {
    std::filesystem::path passphrase_file;
    std::filesystem::path key_file;
};

/// @return the secret; nullopt when none was given
/// @throws BackupError  it cannot be read, or is too short
std::optional<std::string> read_key_secret(const KeySecretOptions& options);

}  // namespace wdx::cli
