#include "app/dev/cluster_user.hpp"

#include <charconv>
#include <fstream>
#include <iterator>
#include <pwd.h>
#include <stdexcept>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

namespace wdx::app {

namespace fs = std::filesystem;
using base::ProcessUser;

namespace {

std::string read_command_line(const fs::path& process) {
    std::ifstream in(process / "cmdline", std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

ProcessUser choose_cluster_user(const fs::path& existing_cluster) {
    if (::geteuid() != 0) return ProcessUser::self();

    struct stat facts {};
    if (::lstat(existing_cluster.c_str(), &facts) == 0 && facts.st_uid != 0)
        return ProcessUser::other(facts.st_uid, facts.st_gid);
    const passwd* entry = ::getpwnam("postgres");
    if (entry == nullptr) {
        throw std::runtime_error(
            "PostgreSQL does not run as root, and there is no user `postgres` (Debian's package postgresql-common "
            "makes it): install that, or start as an ordinary user");
    }
    return ProcessUser::other(entry->pw_uid, entry->pw_gid);
}

std::optional<fs::path> first_closed_folder(const ProcessUser& user, const fs::path& folder) {
    if (!user.is_other) return std::nullopt;  // we are in it already
    std::vector<fs::path> way;
    for (fs::path step = folder; step != step.parent_path(); step = step.parent_path()) way.insert(way.begin(), step);

    for (const fs::path& step : way) {
        const int status = base::run_in_child(user, [&] { return ::access(step.c_str(), X_OK) == 0 ? 0 : 1; });
        if (status == base::kCannotBecomeUser) {
            throw std::runtime_error(
                fmt::format("cannot become the user {}: is this root without its rights?", user.name));
        }
        if (status != 0) return step;
    }
    return std::nullopt;
}

std::vector<pid_t> find_processes(const ProcessUser& user, const std::string& mark) {
    std::vector<pid_t> found;
    std::error_code ignored;  // processes come and go while we look
    for (fs::directory_iterator entry("/proc", ignored), end; entry != end; entry.increment(ignored)) {
        const std::string name = entry->path().filename();
        pid_t pid = 0;
        const auto [stop, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (error != std::errc{} || stop != name.data() + name.size()) continue;
        struct stat facts {};
        if (::stat(entry->path().c_str(), &facts) != 0 || facts.st_uid != user.uid) continue;
        if (read_command_line(entry->path()).find(mark) != std::string::npos) found.push_back(pid);
    }
    return found;
}

}  // namespace wdx::app
