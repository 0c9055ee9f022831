#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// The signing keys in a backup, encrypted: CMS AuthEnvelopedData (RFC 5083, RFC 5084: AES-256-GCM) for a password (RFC
/// 3211, PBKDF2), so that `openssl cms -decrypt -pwri_password` opens them without us.
namespace wdx::backup {

/// What a passphrase or key file must hold at least, in bytes.
inline constexpr std::size_t kShortestPassphrase = 12;

/// The first line of a file, without its end.
/// @throws BackupError  it cannot be read, or is shorter than kShortestPassphrase, or has more lines
std::string read_passphrase_file(const std::filesystem::path& path);

/// A secret made of the whole of a file, whatever is in it.
/// @throws BackupError  it cannot be read, or is shorter than kShortestPassphrase
std::string read_key_file(const std::filesystem::path& path);

/// @param keys  the one that signs first, then those that still verify; none has a line break
/// @return DER.  Takes some 0.3 s, on purpose
/// @throws BackupError
std::string seal_keys(const std::vector<std::string>& keys, std::string_view secret);

/// @return the keys, as they were given
/// @throws BackupError  another secret, or not what seal_keys makes
std::vector<std::string> open_keys(std::string_view sealed, std::string_view secret);

}  // namespace wdx::backup
