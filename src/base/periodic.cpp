#include "base/periodic.hpp"

#include <utility>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace wdx::base {

namespace asio = boost::asio;

Periodic::Periodic(const asio::any_io_executor& executor, Step step) : step_(std::move(step)), timer_(executor) {}

asio::awaitable<void> Periodic::run() {
    while (!stopping_) {
        woken_ = false;
        const std::chrono::milliseconds pause = co_await step_();
        // Cancelling a timer that nobody waits for has no effect: what came during the step is looked at here.
        if (stopping_ || woken_ || pause.count() <= 0) continue;
        timer_.expires_after(pause);
        boost::system::error_code cancelled;
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
}

void Periodic::wake() {
    woken_ = true;
    timer_.cancel();
}

void Periodic::stop() {
    stopping_ = true;
    timer_.cancel();
}

}  // namespace wdx::base
