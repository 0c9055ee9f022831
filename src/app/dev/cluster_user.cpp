#include "app/dev/cluster_user.hpp"

#include <pwd.h>
#include <stdexcept>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

namespace wdx::app {

namespace fs = std::filesystem;
using base::ProcessUser;

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

}  // namespace wdx::app
