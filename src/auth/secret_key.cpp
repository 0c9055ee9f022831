#include "auth/secret_key.hpp"

#include "base/file.hpp"
#include "base/random.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <fcntl.h>
#include <sstream>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace wdx::auth {
namespace {

constexpr std::size_t kKeyBytes = 32;  // twice as many hex digits
constexpr std::size_t kFileLimit = 4096;
constexpr std::size_t kShortestStrongKey = 32;
constexpr std::string_view kDjangoInsecurePrefix = "django-insecure-";
constexpr std::string_view kWhiteSpace = " \t\r\n";

[[noreturn]] void fail(const std::string& what, const std::filesystem::path& path, int error) {
    throw SecretKeyError(what + " " + path.string() + ": " + std::generic_category().message(error));
}

/// Removes a temporary file, whatever happens.
struct Unlinker {
    std::filesystem::path path;
    explicit Unlinker(std::filesystem::path file) : path(std::move(file)) {}
    Unlinker(const Unlinker&) = delete;
    Unlinker& operator=(const Unlinker&) = delete;
    ~Unlinker() { ::unlink(path.c_str()); }
};

void write_whole(const base::FileDescriptor& file, const std::string& text, const std::filesystem::path& path) {
    try {
        base::write_all(file.get(), text, path);
    } catch (const std::system_error& error) {
        fail("Cannot write", path, error.code().value());
    }
    if (::fsync(file.get()) != 0) fail("Cannot write", path, errno);
}

std::string read_all(const base::FileDescriptor& file, const std::filesystem::path& path) {
    std::string text(kFileLimit, '\0');
    std::size_t length = 0;
    while (length < text.size()) {
        const ssize_t count = ::read(file.get(), text.data() + length, text.size() - length);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) fail("Cannot read", path, errno);
        if (count == 0) break;
        length += static_cast<std::size_t>(count);
    }
    if (length == kFileLimit) throw SecretKeyError("The secret key file " + path.string() + " is too long.");
    text.resize(length);
    return text;
}

void require_private_file(const base::FileDescriptor& file, const std::filesystem::path& path) {
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) fail("Cannot read", path, errno);
    if (!S_ISREG(status.st_mode)) throw SecretKeyError(path.string() + " is not a file.");
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        throw SecretKeyError("The secret key file " + path.string() +
                             " is open to others than its owner. If nobody can have read it: chmod 600 it; else "
                             "delete it, and a new one is made (everybody has to log in again).");
}

void make_data_dir(const std::filesystem::path& data_dir) {
    std::error_code fault;
    if (std::filesystem::is_directory(data_dir, fault)) return;
    if (data_dir.has_parent_path()) std::filesystem::create_directories(data_dir.parent_path(), fault);
    const mode_t mode = ::geteuid() == 0 ? 0711 : 0700;
    if (::mkdir(data_dir.c_str(), mode) == 0) {
        ::chmod(data_dir.c_str(), mode);  // mkdir had the umask taken off
        return;
    }
    if (errno != EEXIST) fail("Cannot make the data folder", data_dir, errno);
}

/// Puts `key` under its final name unless a file is there already.
/// @return false when another process was first
bool publish_key(const std::string& key, const std::filesystem::path& data_dir) {
    const std::filesystem::path path = secret_key_path(data_dir);
    const Unlinker temporary(data_dir / ("secret_key.new-" + base::random_hex(6)));
    const base::FileDescriptor file(
        ::open(temporary.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (file.get() < 0) fail("Cannot write", temporary.path, errno);
    write_whole(file, key + "\n", temporary.path);
    // link(), unlike rename(), never replaces what is there.
    if (::link(temporary.path.c_str(), path.c_str()) != 0) {
        if (errno == EEXIST) return false;
        fail("Cannot write", path, errno);
    }
    base::sync_folder(data_dir);
    return true;
}

/// The text of a private file without white space at its end; nullopt when there is no such file.
std::optional<std::string> read_private_file(const std::filesystem::path& path) {
    const base::FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) {
        if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
        fail("Cannot read", path, errno);
    }
    require_private_file(file, path);
    std::string text = read_all(file, path);
    text.erase(text.find_last_not_of(kWhiteSpace) + 1);
    return text;
}

}  // namespace

std::filesystem::path secret_key_path(const std::filesystem::path& data_dir) {
    return data_dir / "secret_key";
}

std::filesystem::path secret_key_fallbacks_path(const std::filesystem::path& data_dir) {
    return data_dir / "secret_key_fallbacks";
}

std::optional<std::string> read_secret_key_file(const std::filesystem::path& data_dir) {
    const std::filesystem::path path = secret_key_path(data_dir);
    auto key = read_private_file(path);
    if (key && key->empty()) throw SecretKeyError("The secret key file " + path.string() + " is empty.");
    return key;
}

std::vector<std::string> read_secret_key_fallbacks(const std::filesystem::path& data_dir) {
    std::istringstream lines(read_private_file(secret_key_fallbacks_path(data_dir)).value_or(""));
    std::vector<std::string> keys;
    for (std::string line; std::getline(lines, line);)
        if (!line.empty()) keys.push_back(std::move(line));
    return keys;
}

SecretKey load_or_create_secret_key(const std::string& configured, const std::filesystem::path& data_dir) {
    if (!configured.empty()) return {configured, "WDX_SECRET_KEY", false};
    const std::string source = secret_key_path(data_dir).string();
    if (auto key = read_secret_key_file(data_dir))
        return {*std::move(key), source, false, read_secret_key_fallbacks(data_dir)};
    make_data_dir(data_dir);
    std::string key = make_secret_key();
    if (publish_key(key, data_dir)) return {std::move(key), source, true};
    auto theirs = read_secret_key_file(data_dir);
    if (!theirs) throw SecretKeyError("The secret key file " + source + " came and went while it was read.");
    return {*std::move(theirs), source, false};
}

std::string make_secret_key() {
    return base::random_hex(kKeyBytes);
}

void write_secret_file(const std::filesystem::path& path, std::string_view text) {
    std::error_code missing;
    std::filesystem::path target = std::filesystem::canonical(path, missing);  // not the link, but what it names
    if (missing) target = path;
    struct stat old {};
    const bool exists = ::stat(target.c_str(), &old) == 0;
    const Unlinker temporary(target.string() + ".new-" + base::random_hex(6));
    const base::FileDescriptor file(
        ::open(temporary.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (file.get() < 0) fail("Cannot write", temporary.path, errno);
    const bool kept = !exists || (::fchown(file.get(), old.st_uid, old.st_gid) == 0 &&
                                  ::fchmod(file.get(), old.st_mode & (S_IRWXU | S_IRWXG | S_IRWXO)) == 0);
    if (!kept) fail("Cannot keep the owner of", target, errno);
    write_whole(file, std::string(text) + "\n", temporary.path);
    if (::rename(temporary.path.c_str(), target.c_str()) != 0) fail("Cannot write", target, errno);
    base::sync_folder(target.parent_path());
}

bool is_weak_secret_key(std::string_view key) noexcept {
    return key.size() < kShortestStrongKey || key.starts_with(kDjangoInsecurePrefix);
}

}  // namespace wdx::auth
