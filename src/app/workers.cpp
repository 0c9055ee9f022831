#include "app/workers.hpp"

#include "base/log.hpp"

#include <chrono>
#include <cstdlib>
#include <future>
#include <thread>

#include <spdlog/spdlog.h>

namespace wdx::app {
namespace {

constexpr std::chrono::seconds kPatience{5};

}  // namespace

void Workers::join(int exit_status) {
    std::promise<void> joined;
    std::thread watchdog([exit_status, end = joined.get_future()] {
        if (end.wait_for(kPatience) == std::future_status::ready) return;
        spdlog::warn("leaving a worker thread that hangs");
        base::finish_log();
        std::_Exit(exit_status);
    });
    blocking_.join();
    cancelling_.join();
    joined.set_value();
    watchdog.join();
}

}  // namespace wdx::app
