#include "cli/key_secret.hpp"

#include "backup/sealed_keys.hpp"

namespace wdx::cli {

std::optional<std::string> read_key_secret(const KeySecretOptions& options) {
    if (!options.passphrase_file.empty()) return backup::read_passphrase_file(options.passphrase_file);
    if (!options.key_file.empty()) return backup::read_key_file(options.key_file);
    return std::nullopt;
}

}  // namespace wdx::cli
