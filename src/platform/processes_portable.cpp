#include "platform/processes.hpp"

#include <array>
#include <cstdio>
#include <memory>
#include <sstream>

namespace wdx::platform {
namespace {

struct Close {
    void operator()(std::FILE* file) const noexcept { ::pclose(file); }
};

// POSIX ps(1): a process a line, its user's number, its own, its arguments.
std::string list_processes() {
    const std::unique_ptr<std::FILE, Close> output(::popen("ps -A -ww -o uid= -o pid= -o args=", "r"));
    std::string text;
    std::array<char, 4096> block{};
    while (output && std::fgets(block.data(), block.size(), output.get()) != nullptr) text += block.data();
    return text;
}

}  // namespace

void end_with_parent() {}

std::vector<pid_t> find_processes(uid_t user, const std::string& mark) {
    std::vector<pid_t> found;
    std::istringstream lines(list_processes());
    for (std::string line; std::getline(lines, line);) {
        std::istringstream fields(line);
        uid_t uid = 0;
        pid_t pid = 0;
        if (fields >> uid >> pid && uid == user && line.find(mark) != std::string::npos) found.push_back(pid);
    }
    return found;
}

}  // namespace wdx::platform
