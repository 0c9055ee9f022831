#include "backup/partial_file.hpp"

#include "backup/retention.hpp"

#include <cerrno>
#include <fcntl.h>
#include <string_view>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace wdx::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".partial";
constexpr std::string_view kDumpSuffix = ".partial-dump";

fs::path hidden(const fs::path& folder, const std::string& name, std::string_view suffix) {
    return folder / ("." + name + std::string(suffix));
}

bool lock(const base::FileDescriptor& file) {
    return ::flock(file.get(), LOCK_EX | LOCK_NB) == 0;
}

/// One that is still at work holds the lock.
void remove_leftovers(const fs::path& folder) {
    std::error_code ignored;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
        const std::string file_name = entry.path().filename().string();
        if (!file_name.starts_with('.') || !file_name.ends_with(kSuffix)) continue;
        const std::string name = file_name.substr(1, file_name.size() - 1 - kSuffix.size());
        if (!time_of_name(name)) continue;
        const base::FileDescriptor file(::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
        if (file.get() < 0 || !lock(file)) continue;
        fs::remove(hidden(folder, name, kDumpSuffix), ignored);
        fs::remove(entry.path(), ignored);
    }
}

}  // namespace

PartialFile::PartialFile(const fs::path& folder, std::string name)
    : folder_(folder),
      name_(std::move(name)),
      path_(hidden(folder, name_, kSuffix)),
      dump_path_(hidden(folder, name_, kDumpSuffix)) {
    fs::create_directories(folder);
    remove_leftovers(folder);
    file_ = base::open_file(path_, O_RDWR | O_CREAT | O_EXCL);
    if (!lock(file_)) throw std::system_error(errno, std::generic_category(), path_.string());
    dump_ = base::open_file(dump_path_, O_RDWR | O_CREAT | O_TRUNC);
}

PartialFile::~PartialFile() {
    ::unlink(dump_path_.c_str());
    ::unlink(path_.c_str());
}

fs::path PartialFile::publish() const {
    fs::path path = folder_ / name_;
    // link(), unlike rename(), never replaces what is there; not every file system has it, such as that of a USB stick.
    if (::link(path_.c_str(), path.c_str()) != 0) {
        const int fault = errno;
        if (fault == EEXIST || fs::exists(path))
            throw std::system_error(EEXIST, std::generic_category(), path.string());
        fs::rename(path_, path);
    }
    base::sync_folder(folder_);
    return path;
}

}  // namespace wdx::backup
