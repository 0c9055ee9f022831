#include "api/request/settle.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

namespace wdx::api {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// How long a write whose outcome is unknown waits for the database, to find out.
constexpr auto kPatience = 30s;
constexpr auto kPause = 50ms;

}  // namespace

asio::awaitable<void> UnknownOutcome::wait(const db::DbError& failure) {
    const auto now = std::chrono::steady_clock::now();
    if (!deadline_ && failure.outcome_unknown()) {
        deadline_ = now + kPatience;
        spdlog::info("a write lost its connection; looking up what became of it ({})", context_.request().id);
    }
    if (!deadline_ || now >= *deadline_ || !failure.is_unavailable() || context_.services().pool.is_stopping())
        throw db::DbError(failure);
    asio::steady_timer pause(co_await asio::this_coro::executor);
    pause.expires_after(kPause);
    co_await pause.async_wait(asio::use_awaitable);
}

}  // namespace wdx::api
