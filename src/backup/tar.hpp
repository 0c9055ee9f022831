#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

/// As much of tar as a backup needs: plain files with short names, in the format `ustar` of POSIX.1-1988, and from
/// 8 GiB on with sizes as GNU tar writes them (base-256), which every tar of today reads.  Blocking, in constant
/// memory.
namespace wdx::backup {

/// Writes an archive into a file, from its beginning to its end.
class TarWriter {
  public:
    /// @param file  an open, empty file
    explicit TarWriter(int file);

    /// The next member, of exactly so many bytes.
    /// @param name  at most 100 bytes
    /// @throws BackupError  the member before has not got all of its bytes
    /// @throws std::system_error
    void begin(std::string_view name, std::int64_t size);

    /// More contents of the member.
    /// @throws BackupError  it has got all of its bytes
    /// @throws std::system_error
    void append(std::string_view data);

    /// The end of the archive.  Throws as `begin`.
    void finish();

  private:
    void write(std::string_view data);
    void end_member();

    int file_;
    std::int64_t made_at_;      ///< Unix time
    std::int64_t size_ = 0;     ///< of the member
    std::int64_t missing_ = 0;  ///< bytes that the member has not got yet
};

/// Goes through an archive once.  Whatever a member does not hold is verified: that headers are as they were written,
/// and that all else is zero, so that it is not read past a byte that was changed or is missing.
class TarReader {
  public:
    /// @param path  for messages; outlives this
    /// @param file  open for as long as this lives; where it stands does not matter
    TarReader(const std::filesystem::path& path, int file) : path_(path), file_(file) {}

    /// Goes on to the next member.
    /// @return its name; empty at the end
    /// @throws BackupError, std::system_error
    std::string next();

    [[nodiscard]] std::int64_t size() const noexcept { return size_; }  ///< of the member

    /// Hands the contents of the member on, block by block.
    /// @throws BackupError, std::system_error, and what `sink` throws
    void read(const std::function<void(std::string_view)>& sink) const;

  private:
    std::size_t read_at(std::int64_t offset, char* data, std::size_t size) const;
    void read_zeros(std::int64_t begin, std::int64_t end) const;
    void read_end() const;

    const std::filesystem::path& path_;
    int file_;
    std::int64_t contents_ = 0;  ///< where those of the member begin
    std::int64_t size_ = 0;
};

}  // namespace wdx::backup
