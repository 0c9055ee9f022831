#include "app/dev/folder.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace wdx::app {

namespace fs = std::filesystem;

namespace {

// sun_path has 108 bytes with its NUL.  The longest name is taken, so that the folder does not depend on the port.
constexpr std::size_t kSocketPathLimit = 107;
constexpr std::string_view kLongestSocketName = "/.s.PGSQL.65535";

[[noreturn]] void throw_errno(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

bool has_server_programs(const fs::path& bin) {
    return std::ranges::all_of(std::initializer_list<const char*>{"initdb", "pg_ctl", "postgres"},
                               [&](const char* name) { return ::access((bin / name).c_str(), X_OK) == 0; });
}

int version_number(std::string_view text) {
    int number = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && stop == text.data() + text.size() ? number : -1;
}

fs::path newest_version(const fs::path& versions_root) {
    fs::path newest;
    int newest_number = -1;
    std::error_code ignored;  // no such folder: no versions
    for (const fs::directory_entry& entry : fs::directory_iterator(versions_root, ignored)) {
        const int number = version_number(entry.path().filename().string());
        if (number <= newest_number || !has_server_programs(entry.path() / "bin")) continue;
        newest = entry.path() / "bin";
        newest_number = number;
    }
    return newest;
}

fs::path programs_on_path(std::string_view search_path) {
    while (!search_path.empty()) {
        const std::size_t colon = std::min(search_path.find(':'), search_path.size());
        const fs::path initdb = fs::path(search_path.substr(0, colon)) / "initdb";
        search_path.remove_prefix(std::min(colon + 1, search_path.size()));
        std::error_code missing;
        // PATH often has links to the programs, and only some of them; they live together where the links lead.
        const fs::path real = fs::canonical(initdb, missing);
        if (!missing && initdb.is_absolute() && has_server_programs(real.parent_path())) return real.parent_path();
    }
    return {};
}

bool fits_connection_strings(const fs::path& folder) {
    constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+";
    return folder.native().find_first_not_of(kPlain) == std::string::npos &&
           folder.native().size() + kLongestSocketName.size() <= kSocketPathLimit;
}

bool belongs_to(const fs::path& folder, uid_t uid) {
    struct stat facts {};
    return ::lstat(folder.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode) && facts.st_uid == uid;
}

fs::path runtime_folder(const fs::path& runtime_dir, const base::ProcessUser& user) {
    const bool usable = runtime_dir.is_absolute() && belongs_to(runtime_dir, user.uid) &&
                        fits_connection_strings(runtime_dir / std::string(40, 'x'));
    if (usable) return runtime_dir;
    // Only root may write to /run, so nobody can take our name there first.
    if (user.is_other && belongs_to("/run", 0)) return "/run";
    return "/tmp";
}

void make_private_folder(const fs::path& folder, const base::ProcessUser& user) {
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) throw_errno(folder.string());
    struct stat facts {};
    if (::lstat(folder.c_str(), &facts) != 0) throw_errno(folder.string());
    if (user.is_other && S_ISDIR(facts.st_mode) &&
        facts.st_uid == ::geteuid()) {  // made now, or by an interrupted start
        if (::lchown(folder.c_str(), user.uid, user.gid) != 0) throw_errno(folder.string());
        facts.st_uid = user.uid;
    }
    if (!S_ISDIR(facts.st_mode) || facts.st_uid != user.uid || (facts.st_mode & 0077) != 0) {
        throw std::runtime_error(fmt::format("{} must be a folder of the user {} with mode 0700: remove what is there",
                                             folder.string(), user.name));
    }
}

}  // namespace

void replace_file(const fs::path& path, std::string_view content, const base::ProcessUser& user) {
    const fs::path draft = path.string() + ".new";
    std::error_code ignored;
    fs::remove(draft, ignored);  // of an attempt that was interrupted
    const base::FileDescriptor file = base::open_file(draft, O_WRONLY | O_CREAT | O_EXCL);
    base::write_all(file.get(), content, draft);
    if (user.is_other && ::fchown(file.get(), user.uid, user.gid) != 0) throw_errno(draft.string());
    if (::fsync(file.get()) != 0) throw_errno(draft.string());
    fs::rename(draft, path);
}

std::string read_small_file(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

fs::path make_data_folder(const fs::path& data_dir) {
    // As long as the folder does not exist this only cleans its text up: a `/` at the end would count as one more
    // folder.
    fs::path path = fs::weakly_canonical(fs::absolute(data_dir));
    if (path.filename().empty()) path = path.parent_path();
    if (fs::create_directories(path)) {
        const bool root = ::geteuid() == 0;
        fs::permissions(path, root ? fs::perms(0711) : fs::perms::owner_all);  // whatever the umask is
    }
    return fs::canonical(path);
}

FolderLock::FolderLock(const fs::path& data_dir)
    : file_(base::open_file(data_dir / "dev.lock", O_RDWR | O_CREAT, 0644)) {
    if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) throw_errno("dev.lock");
        const std::string holder = read_small_file(data_dir / "dev.lock");
        throw std::runtime_error(fmt::format(
            "the data folder {} is in use by another `watchdxg-back dev`, process {}: stop that one, or give this one "
            "a folder of its own (WDX_DATA_DIR)",
            data_dir.string(), holder.substr(0, holder.find('\n'))));
    }
    if (::ftruncate(file_.get(), 0) != 0) throw_errno("dev.lock");
    base::write_all(file_.get(), fmt::format("{}\n", ::getpid()), data_dir / "dev.lock");
}

fs::path find_server_programs(const fs::path& versions_root, std::string_view search_path, std::string_view version) {
    if (!version.empty()) {
        if (fs::path bin = versions_root / version / "bin"; has_server_programs(bin)) return bin;
    }
    const fs::path newest = newest_version(versions_root);
    if (!version.empty() && !newest.empty()) {
        throw std::runtime_error(fmt::format(
            "the cluster was made by PostgreSQL {}, which is not installed ({} is): install the package postgresql-{}",
            version, newest.parent_path().filename().string(), version));
    }
    fs::path bin = newest.empty() ? programs_on_path(search_path) : newest;
    if (bin.empty()) {
        throw std::runtime_error("no PostgreSQL server is installed: scripts/setup installs the package postgresql-15");
    }
    return bin;
}

std::string folder_identity(const fs::path& folder) {
    struct stat facts {};
    if (::stat(folder.c_str(), &facts) != 0) throw_errno(folder.string());
    return fmt::format("watchdxg-{:x}-{:x}", facts.st_dev, facts.st_ino);
}

fs::path make_socket_folder(const fs::path& data_dir, const std::string& identity, const fs::path& runtime_dir,
                            const base::ProcessUser& user) {
    fs::path folder = data_dir / "socket";
    if (!fits_connection_strings(folder)) folder = runtime_folder(runtime_dir, user) / identity;
    make_private_folder(folder, user);
    return folder;
}

}  // namespace wdx::app
