#pragma once

#include "base/child_process.hpp"
#include "base/file.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace wdx::app {

/// Replaces a file at once: readers, and the next start after a kill -9, see the old or the new content, never a part.
/// The file gets mode 0600 and the owner `user`.
/// @throws std::system_error
void replace_file(const std::filesystem::path& path, std::string_view content, const base::ProcessUser& user);

/// The content of a small file, empty when it is not there.
std::string read_small_file(const std::filesystem::path& path);

/// Makes the data folder and those above it, as far as they are missing: mode 0700, for root 0711, because the
/// cluster's user must get through (files in it that are secret are 0600).
/// @return its path without links and dots
/// @throws std::system_error
std::filesystem::path make_data_folder(const std::filesystem::path& data_dir);

/// Says that this process works in a data folder: holds `dev.lock` in it, with its process id, until destroyed.
class FolderLock {
  public:
    /// @throws std::runtime_error when another process has it; the text names that process
    explicit FolderLock(const std::filesystem::path& data_dir);

  private:
    base::FileDescriptor file_;
};

/// The folder `bin` of an installed PostgreSQL server (`initdb`, `pg_ctl`, `postgres`).
/// @param versions_root  Debian keeps one folder per version there: /usr/lib/postgresql
/// @param search_path    $PATH; looked at when `versions_root` has nothing
/// @param version        the cluster's major version, empty for a new one (then: the newest)
/// @throws std::runtime_error when there is none (of that version)
std::filesystem::path find_server_programs(const std::filesystem::path& versions_root, std::string_view search_path,
                                           std::string_view version);

/// Identifies a folder on this system, whatever its path is: `watchdxg-<device>-<inode>`, in hex.
std::string folder_identity(const std::filesystem::path& folder);

/// The folder for PostgreSQL's unix socket, made when missing: mode 0700, owned by `user`, and no link.  It is
/// `<data_dir>/socket`, unless the socket's path would then be longer than 107 bytes (the system's limit) or hold
/// characters with a meaning in connection strings; then `<runtime folder>/<identity>`.
/// @param runtime_dir  $XDG_RUNTIME_DIR or empty; used when it belongs to `user`, else /run for root, else /tmp
/// @throws std::runtime_error when something else stands at that path
std::filesystem::path make_socket_folder(const std::filesystem::path& data_dir, const std::string& identity,
                                         const std::filesystem::path& runtime_dir, const base::ProcessUser& user);

}  // namespace wdx::app
