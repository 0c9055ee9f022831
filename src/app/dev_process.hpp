#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <signal.h>
#include <string>
#include <sys/types.h>
#include <vector>

namespace wdx::app {

/// The user that the processes of the private PostgreSQL cluster run as, and that owns its files.
struct ClusterUser {
    uid_t uid = 0;
    gid_t gid = 0;
    std::string name;
    bool is_other = false;  ///< not the user that this program runs as: children change to it before they do anything

    /// PostgreSQL refuses to run as root.  So: whoever runs this program, but for root the owner of `existing_cluster`
    /// when there is one, else the user `postgres` that Debian's packages make.
    /// @throws std::runtime_error when root finds no user to change to
    static ClusterUser choose(const std::filesystem::path& existing_cluster);
};

/// Runs `body` in a child process as `user` and waits for it: in a session of its own, so that a Ctrl-C in our terminal
/// does not reach it, with no signal blocked, and killed should this program die.  The body runs between fork and
/// _exit: it may only do what is async-signal-safe.
/// @return its exit status; 128 + n when signal n ended it; 126 when it could not become the user
/// @throws std::system_error when there can be no new process
int run_in_child(const ClusterUser& user, const std::function<int()>& body);

/// Runs a program (no shell) as `user` in the folder `/`, with exactly the given environment, standard input empty.
/// @param program    its absolute path, then its arguments
/// @param output_fd  where its standard output and standard error go
/// @return as run_in_child; 127 when the program could not be started
int run_program(const ClusterUser& user, const std::vector<std::string>& program,
                const std::vector<std::string>& environment, int output_fd);

/// Holds SIGINT, SIGTERM and SIGHUP back from this thread, and from threads and children made meanwhile (run_in_child
/// excepted), so that a Ctrl-C while the server starts does not end the program and leave PostgreSQL running.  What
/// came is delivered when it is released.
class SignalHold {
  public:
    SignalHold();
    SignalHold(const SignalHold&) = delete;
    SignalHold& operator=(const SignalHold&) = delete;
    ~SignalHold() { release(); }
    /// For when there are handlers.  Call it on the thread that made the hold; it is not an error to do so twice.
    void release() noexcept;

  private:
    sigset_t before_{};
    bool holds_ = true;
};

/// The first of the folders on the way from `/` down to `folder` (itself included) that `user` may not enter.
std::optional<std::filesystem::path> first_closed_folder(const ClusterUser& user, const std::filesystem::path& folder);

/// The processes of `user` that have `mark` in their command line (Linux: /proc; elsewhere none are found).
std::vector<pid_t> find_processes(const ClusterUser& user, const std::string& mark);

}  // namespace wdx::app
