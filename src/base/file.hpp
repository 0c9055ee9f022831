#pragma once

#include <filesystem>
#include <string_view>
#include <sys/types.h>

/// Files by their descriptors.  Everything here blocks: call it where no event loop waits.
namespace wdx::base {

/// A file descriptor that closes itself.
class FileDescriptor {
  public:
    explicit FileDescriptor(int number = -1) noexcept : number_(number) {}
    FileDescriptor(FileDescriptor&& other) noexcept : number_(other.release()) {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept;
    ~FileDescriptor() { close(); }

    [[nodiscard]] int get() const noexcept { return number_; }
    void close() noexcept;

  private:
    int release() noexcept;
    int number_;
};

/// Opens (or makes) a file without following a link at its end, close-on-exec.
/// @throws std::system_error that names the file
FileDescriptor open_file(const std::filesystem::path& path, int flags, mode_t mode = 0600);

/// @param path  for the message
/// @throws std::system_error that names the file
void write_all(int file, std::string_view content, const std::filesystem::path& path);

/// Makes what was created, renamed or removed in a folder survive a crash.  Nothing happens where it cannot be opened.
void sync_folder(const std::filesystem::path& folder) noexcept;

}  // namespace wdx::base
