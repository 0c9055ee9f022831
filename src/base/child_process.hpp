#pragma once

#include <functional>
#include <signal.h>
#include <string>
#include <sys/types.h>
#include <vector>

/// Starting other programs and waiting for them.  Everything here blocks: call it where no event loop waits, or on a
/// worker thread.
namespace wdx::base {

inline constexpr int kCannotBecomeUser = 126;  ///< exit status of a child that could not change to its user
inline constexpr int kCannotExecute = 127;     ///< exit status of a child whose program could not be started

/// The user that a child process runs as.
struct ProcessUser {
    uid_t uid = 0;
    gid_t gid = 0;
    std::string name;
    bool is_other = false;  ///< not the user of this program: the child changes to it before it does anything

    /// The user that this program runs as.
    static ProcessUser self();
    /// The user with this number, with `gid` as its group.  @return one whose `is_other` is set
    static ProcessUser other(uid_t uid, gid_t gid);
};

/// Runs `body` in a child process as `user` and waits for it: in a session of its own, so that a Ctrl-C in our terminal
/// does not reach it, with no signal blocked, and killed should the thread that called this end (see
/// platform/processes.hpp).  The body runs between fork and _exit: it may only do what is async-signal-safe.
/// @return its exit status; 128 + n when signal n ended it; kCannotBecomeUser
/// @throws std::system_error when no process can be made
int run_in_child(const ProcessUser& user, const std::function<int()>& body);

/// A program to run, without a shell.
struct Program {
    std::vector<std::string> command{};      ///< its absolute path, then its arguments
    std::vector<std::string> environment{};  ///< all of it: `NAME=value`
    int input = -1;                          ///< descriptor of its standard input; -1: empty
    int output = -1;                         ///< of its standard output; -1: nowhere
    int errors = -1;                         ///< of its standard error; -1: where the output goes
    std::string folder = "/";                ///< that it works in
};

/// Runs a program as `user` and waits for it, as run_in_child does.
/// @return as run_in_child; kCannotExecute
/// @throws std::system_error when no process can be made
int run_program(const ProcessUser& user, const Program& program);

/// Holds SIGINT, SIGTERM and SIGHUP back from this thread, and from threads and children made meanwhile (run_in_child
/// excepted), so that a Ctrl-C while other programs start does not end this one and leave them running.  What came is
/// delivered when it is released.
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

}  // namespace wdx::base
