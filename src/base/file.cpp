#include "base/file.hpp"

#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace wdx::base {
namespace {

[[noreturn]] void throw_errno(const std::filesystem::path& path) {
    throw std::system_error(errno, std::generic_category(), path.string());
}

}  // namespace

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
}

void FileDescriptor::close() noexcept {
    if (const int number = release(); number >= 0) ::close(number);
}

int FileDescriptor::release() noexcept {
    return std::exchange(number_, -1);
}

FileDescriptor open_file(const std::filesystem::path& path, int flags, mode_t mode) {
    const int number = ::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, mode);
    if (number < 0) throw_errno(path);
    return FileDescriptor(number);
}

void write_all(int file, std::string_view content, const std::filesystem::path& path) {
    while (!content.empty()) {
        const ssize_t written = ::write(file, content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw_errno(path);
        content.remove_prefix(static_cast<std::size_t>(written));
    }
}

void sync_folder(const std::filesystem::path& folder) noexcept {
    const FileDescriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (opened.get() >= 0) ::fsync(opened.get());
}

}  // namespace wdx::base
