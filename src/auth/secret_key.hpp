#pragma once

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace wdx::auth {

/// The key that signs tokens, and where it comes from.
struct SecretKey {
    std::string value;
    std::string source;          ///< for people: `WDX_SECRET_KEY`, or the path of the file
    bool generated_now = false;  ///< this call made the file
    /// Earlier keys of the data folder, the last one first; none for a configured key.
    std::vector<std::string> fallbacks{};
};

/// The key cannot be read, made or trusted.  Its text is for the operator and never holds the key.
class SecretKeyError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Where the key is kept when it is not configured, and its predecessors, one a line.
std::filesystem::path secret_key_path(const std::filesystem::path& data_dir);
std::filesystem::path secret_key_fallbacks_path(const std::filesystem::path& data_dir);

/// @return the configured key, else the one in the data folder, else a new random one of 64 hex digits that is put
///         there with mode 0600.  Of several processes that start at once all get the same one: the file appears
///         whole and is never replaced.  A missing data folder is made: 0700, or for root 0711, so that the
///         unprivileged PostgreSQL user can pass through it.
/// @throws SecretKeyError  the file is readable by others than its owner, empty, or cannot be read or written
SecretKey load_or_create_secret_key(const std::string& configured, const std::filesystem::path& data_dir);

/// @return the key in the data folder, nullopt when there is none
/// @throws SecretKeyError as above
std::optional<std::string> read_secret_key_file(const std::filesystem::path& data_dir);

/// @return the predecessors in the data folder, the last one first; empty when there are none
/// @throws SecretKeyError as above
std::vector<std::string> read_secret_key_fallbacks(const std::filesystem::path& data_dir);

/// A new random key: 64 hex digits.
std::string make_secret_key();

/// Puts `text` and a line end into a file, in one step: whoever reads it finds the old contents or the new ones.  Owner
/// and mode stay; a new file gets 0600.
/// @throws SecretKeyError
void write_secret_file(const std::filesystem::path& path, std::string_view text);

/// Under 32 bytes, or Django's generated development key (`django-insecure-...`).
bool is_weak_secret_key(std::string_view key) noexcept;

}  // namespace wdx::auth
