#include "app/dev_process.hpp"

#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <fstream>
#include <grp.h>
#include <iterator>
#include <pwd.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace wdx::app {

namespace fs = std::filesystem;

namespace {

constexpr int kCannotBecomeUser = 126;
constexpr int kCannotExecute = 127;

std::string user_name(uid_t uid) {
    const passwd* entry = ::getpwuid(uid);
    return entry != nullptr ? entry->pw_name : fmt::format("user {}", uid);
}

// Async-signal-safe.
bool become(const ClusterUser& user) {
    if (!user.is_other) return true;
    return ::setgroups(1, &user.gid) == 0 && ::setgid(user.gid) == 0 && ::setuid(user.uid) == 0;
}

// Async-signal-safe.
void reset_signals() {
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    // An ignored signal stays ignored across exec, and a server ignores SIGPIPE.
    for (const int number : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT}) ::signal(number, SIG_DFL);
}

int wait_for(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "waitpid");
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> result;
    result.reserve(texts.size() + 1);
    // execve takes char* for historical reasons; it does not write to them.
    for (const std::string& text : texts) result.push_back(const_cast<char*>(text.c_str()));
    result.push_back(nullptr);
    return result;
}

std::string read_command_line(const fs::path& process) {
    std::ifstream in(process / "cmdline", std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

SignalHold::SignalHold() {
    sigset_t held;
    sigemptyset(&held);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&held, number);
    ::pthread_sigmask(SIG_BLOCK, &held, &before_);
}

void SignalHold::release() noexcept {
    if (std::exchange(holds_, false)) ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

ClusterUser ClusterUser::choose(const fs::path& existing_cluster) {
    const uid_t self = ::geteuid();
    if (self != 0) return {self, ::getegid(), user_name(self), false};

    struct stat facts {};
    if (::lstat(existing_cluster.c_str(), &facts) == 0 && facts.st_uid != 0) {
        return {facts.st_uid, facts.st_gid, user_name(facts.st_uid), true};
    }
    const passwd* entry = ::getpwnam("postgres");
    if (entry == nullptr) {
        throw std::runtime_error(
            "PostgreSQL does not run as root, and there is no user `postgres` (Debian's package postgresql-common "
            "makes it): install that, or start as an ordinary user");
    }
    return {entry->pw_uid, entry->pw_gid, entry->pw_name, true};
}

int run_in_child(const ClusterUser& user, const std::function<int()>& body) {
    const pid_t child = ::fork();
    if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (child == 0) {
        ::setsid();
        reset_signals();
        if (!become(user)) ::_exit(kCannotBecomeUser);
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // after setuid, which clears it
        ::_exit(body());
    }
    return wait_for(child);
}

int run_program(const ClusterUser& user, const std::vector<std::string>& program,
                const std::vector<std::string>& environment, int output_fd) {
    const std::vector<char*> arguments = pointers(program);
    const std::vector<char*> variables = pointers(environment);
    return run_in_child(user, [&] {
        const int nothing = ::open("/dev/null", O_RDONLY);
        const bool ready = nothing >= 0 && ::dup2(nothing, STDIN_FILENO) >= 0 &&
                           ::dup2(output_fd, STDOUT_FILENO) >= 0 && ::dup2(output_fd, STDERR_FILENO) >= 0 &&
                           ::chdir("/") == 0;
        if (ready) ::execve(arguments.front(), arguments.data(), variables.data());
        return kCannotExecute;
    });
}

std::optional<fs::path> first_closed_folder(const ClusterUser& user, const fs::path& folder) {
    if (!user.is_other) return std::nullopt;  // we are in it already
    std::vector<fs::path> way;
    for (fs::path step = folder; step != step.parent_path(); step = step.parent_path()) way.insert(way.begin(), step);

    for (const fs::path& step : way) {
        const int status = run_in_child(user, [&] { return ::access(step.c_str(), X_OK) == 0 ? 0 : 1; });
        if (status == kCannotBecomeUser) {
            throw std::runtime_error(
                fmt::format("cannot become the user {}: is this root without its rights?", user.name));
        }
        if (status != 0) return step;
    }
    return std::nullopt;
}

std::vector<pid_t> find_processes(const ClusterUser& user, const std::string& mark) {
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
