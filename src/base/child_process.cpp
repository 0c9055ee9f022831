#include "base/child_process.hpp"

#include "platform/processes.hpp"

#include <cerrno>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace wdx::base {
namespace {

std::string user_name(uid_t uid) {
    const passwd* entry = ::getpwuid(uid);
    return entry != nullptr ? entry->pw_name : fmt::format("user {}", uid);
}

// Async-signal-safe.
bool become(const ProcessUser& user) {
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

// Async-signal-safe.
bool take_descriptors(const Program& program) {
    const int nothing = ::open("/dev/null", O_RDWR);
    if (nothing < 0) return false;
    const int input = program.input < 0 ? nothing : program.input;
    const int output = program.output < 0 ? nothing : program.output;
    const int errors = program.errors < 0 ? output : program.errors;
    return ::dup2(input, STDIN_FILENO) >= 0 && ::dup2(output, STDOUT_FILENO) >= 0 && ::dup2(errors, STDERR_FILENO) >= 0;
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

}  // namespace

ProcessUser ProcessUser::self() {
    const uid_t uid = ::geteuid();
    return {uid, ::getegid(), user_name(uid), false};
}

ProcessUser ProcessUser::other(uid_t uid, gid_t gid) {
    return {uid, gid, user_name(uid), true};
}

int run_in_child(const ProcessUser& user, const std::function<int()>& body) {
    const pid_t child = ::fork();
    if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (child == 0) {
        ::setsid();
        reset_signals();
        if (!become(user)) ::_exit(kCannotBecomeUser);
        platform::end_with_parent();  // after setuid, which clears it
        ::_exit(body());
    }
    return wait_for(child);
}

int run_program(const ProcessUser& user, const Program& program) {
    const std::vector<char*> arguments = pointers(program.command);
    const std::vector<char*> variables = pointers(program.environment);
    return run_in_child(user, [&] {
        if (take_descriptors(program) && ::chdir(program.folder.c_str()) == 0)
            ::execve(arguments.front(), arguments.data(), variables.data());
        return kCannotExecute;
    });
}

SignalHold::SignalHold() {
    sigset_t held;
    sigemptyset(&held);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&held, number);
    ::pthread_sigmask(SIG_BLOCK, &held, &before_);
}

void SignalHold::release() noexcept {
    if (std::exchange(holds_, false)) ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace wdx::base
