#include "platform/processes.hpp"

#include <charconv>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <system_error>

namespace wdx::platform {
namespace {

namespace fs = std::filesystem;

std::string read_command_line(const fs::path& process) {
    std::ifstream in(process / "cmdline", std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

void end_with_parent() {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
}

std::vector<pid_t> find_processes(uid_t user, const std::string& mark) {
    std::vector<pid_t> found;
    std::error_code ignored;  // processes come and go while we look
    for (fs::directory_iterator entry("/proc", ignored), end; entry != end; entry.increment(ignored)) {
        const std::string name = entry->path().filename();
        pid_t pid = 0;
        const auto [stop, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (error != std::errc{} || stop != name.data() + name.size()) continue;
        struct stat facts {};
        if (::stat(entry->path().c_str(), &facts) != 0 || facts.st_uid != user) continue;
        if (read_command_line(entry->path()).find(mark) != std::string::npos) found.push_back(pid);
    }
    return found;
}

}  // namespace wdx::platform
