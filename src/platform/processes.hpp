#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

namespace wdx::platform {

/// In a child process: let it be killed when the thread that made it ends, where the system can do that.  Elsewhere it
/// lives on until what it reads and writes is closed.  Async-signal-safe.
void end_with_parent();

/// The processes of a user that have `mark` in their command line.
std::vector<pid_t> find_processes(uid_t user, const std::string& mark);

}  // namespace wdx::platform
