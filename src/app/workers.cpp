#include "app/workers.hpp"

#include "base/log.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>

#include <spdlog/spdlog.h>

namespace wdx::app {
namespace {

constexpr std::chrono::seconds kPatience{5};

}  // namespace

void Workers::join(int exit_status) {
    std::mutex mutex;
    std::condition_variable_any done;
    const std::jthread watchdog([&](const std::stop_token& joined) {
        std::unique_lock lock(mutex);
        if (done.wait_for(lock, joined, kPatience, [&] { return joined.stop_requested(); })) return;
        spdlog::warn("leaving a worker thread that hangs");
        base::finish_log();
        std::_Exit(exit_status);
    });
    blocking_.join();
    cancelling_.join();
}

}  // namespace wdx::app
