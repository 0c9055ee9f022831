#pragma once

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace wdx::auth {

/// The key that signs tokens, and where it comes from.
struct SecretKey {
    std::string value;
    std::string source;          ///< for people: `WDX_SECRET_KEY`, or the path of the file
    bool generated_now = false;  ///< this call made the file
};

/// The key cannot be read, made or trusted.  Its text is for the operator and never holds the key.
class SecretKeyError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Where the key is kept when it is not configured.
std::filesystem::path secret_key_path(const std::filesystem::path& data_dir);

/// @return the configured key, else the one in the data folder, else a new random one of 64 hex digits that is put
///         there with mode 0600.  Of several processes that start at once all get the same one: the file appears
///         whole and is never replaced.  A missing data folder is made: 0700, or for root 0711, so that the
///         unprivileged PostgreSQL user can pass through it.
/// @throws SecretKeyError  the file is readable by others than its owner, empty, or cannot be read or written
SecretKey load_or_create_secret_key(const std::string& configured, const std::filesystem::path& data_dir);

/// @return the key in the data folder, nullopt when there is none
/// @throws SecretKeyError as above
std::optional<std::string> read_secret_key_file(const std::filesystem::path& data_dir);

/// Under 32 bytes, or Django's generated development key (`django-insecure-...`).
bool is_weak_secret_key(std::string_view key) noexcept;

}  // namespace wdx::auth
