#pragma once

#include "base/file.hpp"

#include <filesystem>
#include <string>

namespace wdx::backup {

/// A backup that is being written: `.NAME.partial`, locked, and its dump beside it, both for their owner alone.  They
/// are gone when it is destroyed.  Blocking.
class PartialFile {
  public:
    /// Makes the folder if it is missing, and removes what backups that were killed have left there.
    /// @param name  that the backup will have
    /// @throws std::system_error that names the file
    PartialFile(const std::filesystem::path& folder, std::string name);
    PartialFile(const PartialFile&) = delete;
    PartialFile& operator=(const PartialFile&) = delete;
    ~PartialFile();

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[nodiscard]] const base::FileDescriptor& file() const noexcept { return file_; }
    [[nodiscard]] const base::FileDescriptor& dump() const noexcept { return dump_; }

    /// Gives the file its name, which survives a crash afterwards.
    /// @return its path
    /// @throws std::system_error  also when there is such a file
    [[nodiscard]] std::filesystem::path publish() const;

  private:
    std::filesystem::path folder_;
    std::string name_;
    std::filesystem::path path_;
    std::filesystem::path dump_path_;
    base::FileDescriptor file_;
    base::FileDescriptor dump_;
};

}  // namespace wdx::backup
