#include "app/process_setup.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <spdlog/spdlog.h>

namespace wdx::app {
namespace {

constexpr rlim_t kSpareFiles = 256;  ///< besides the clients' connections

}  // namespace

void open_standard_descriptors() {
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        // The lowest free number is taken: this one.
        if (::fcntl(standard, F_GETFD) < 0 && errno == EBADF && ::open("/dev/null", O_RDWR) < 0)
            std::_Exit(EXIT_FAILURE);
    }
}

void ignore_broken_pipes() {
    ::signal(SIGPIPE, SIG_IGN);
}

void raise_file_limit(std::size_t connections) {
    rlimit limit{};
    const rlim_t wanted = connections + kSpareFiles;
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return;
    limit.rlim_max = std::max(limit.rlim_max, wanted);  // only root may
    limit.rlim_cur = wanted;
    if (::setrlimit(RLIMIT_NOFILE, &limit) == 0) return;
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < wanted)
        spdlog::warn("only {} open files are allowed; {} would serve WDX_MAX_CONNECTIONS", limit.rlim_cur, wanted);
}

void reopen_log() {
    try {
        base::reopen_log();
        spdlog::info("log reopened");
    } catch (const std::exception& error) {
        spdlog::error("cannot open the log file again, going on with the old one: {}", error.what());
    }
}

}  // namespace wdx::app
