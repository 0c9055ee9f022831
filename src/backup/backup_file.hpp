#pragma once

#include "backup/manifest.hpp"
#include "base/file.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// The file of a backup: a tar archive (tar.hpp) with `manifest.json` first, then the members that it lists, then
/// `SHA256SUMS` over all of them.  `tar` and `sha256sum -c` read it without us.  Everything here blocks.
namespace wdx::backup {

inline constexpr std::string_view kDumpMember = "database.dump";    ///< pg_dump's custom format
inline constexpr std::string_view kSettingsMember = "config.toml";  ///< settings, secrets left out
inline constexpr std::string_view kKeysMember = "secret_key.cms";   ///< see sealed_keys.hpp; may be missing

/// A member that is small enough to be held in memory.
struct SmallMember {
    std::string_view name;
    std::string contents;
};

/// Writes a whole backup, and puts the members into the manifest.
/// @param output  a new file; it is written out to the disk
/// @param dump    its contents become the last member; read from the beginning
/// @throws BackupError, std::system_error
void write_backup(const base::FileDescriptor& output, Manifest manifest, const std::vector<SmallMember>& members,
                  const base::FileDescriptor& dump);

/// The manifest at the beginning of a file, as it stands there: nothing is verified.
/// @throws BackupError, std::system_error
Manifest read_manifest_of(const std::filesystem::path& path);

/// A backup that was found whole.
class BackupFile {
  public:
    /// Reads all of it.
    /// @throws BackupError  it cannot be read; it is truncated or altered; it was made by a newer program
    static BackupFile open(const std::filesystem::path& path);

    [[nodiscard]] const Manifest& manifest() const noexcept { return manifest_; }
    /// The contents of a small member; empty when there is none.
    [[nodiscard]] std::string read(std::string_view member) const;

    /// Writes the dump into a pipe.  A reader that has enough may close it.
    /// @throws BackupError  the file is no longer as it was when it was opened
    void copy_dump(int output) const;

  private:
    BackupFile(std::filesystem::path path, base::FileDescriptor file);
    void verify();

    std::filesystem::path path_;
    base::FileDescriptor file_;
    Manifest manifest_;
};

}  // namespace wdx::backup
