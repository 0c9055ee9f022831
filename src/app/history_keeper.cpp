#include "app/history_keeper.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

namespace wdx::app {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr auto kTick = 1s;
constexpr int kPruneSteps = 200;  ///< a million users at a time

std::chrono::sys_days today_in_utc() {
    return std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
}

}  // namespace

bool SnapshotSchedule::is_due(Clock::time_point now, std::chrono::sys_days today, std::int64_t last_event) const {
    if (begun_at_ && now - *begun_at_ < kInterval) return false;
    return day_ != today || last_event_ != last_event;
}

void SnapshotSchedule::finish(std::chrono::sys_days today, std::int64_t last_event) {
    day_ = today;
    last_event_ = last_event;
}

HistoryKeeper::HistoryKeeper(HistoryKeeperOptions options) : options_(std::move(options)), timer_(options_.executor) {}

asio::awaitable<void> HistoryKeeper::run() {
    while (!stopping_) {
        if (options_.is_up()) {
            try {
                co_await observe();
            } catch (const std::exception& error) {
                if (!failing_) spdlog::warn("history: no snapshot could be taken: {}", error.what());
                failing_ = true;
            }
        }
        if (stopping_) break;  // meanwhile: nobody would cancel the timer any more
        timer_.expires_after(kTick);
        boost::system::error_code cancelled;
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
}

void HistoryKeeper::stop() {
    stopping_ = true;
    timer_.cancel();
}

asio::awaitable<void> HistoryKeeper::observe() {
    const auto now = SnapshotSchedule::Clock::now();
    const std::chrono::sys_days today = today_in_utc();
    const std::int64_t last_event = options_.last_event();
    if (!schedule_.is_due(now, today, last_event)) co_return;
    // Without the core's tables there is nothing to look at; they may come.
    if (!options_.schema.is_known() || !options_.schema.problem().empty()) co_return;
    schedule_.begin(now);
    co_await options_.history.observe(store::CoreViews(options_.schema.schema(), options_.core_timezone));
    schedule_.finish(today, last_event);
    if (failing_) spdlog::info("history: snapshots are taken again");
    failing_ = false;
    std::int64_t pruned = store::HistoryStore::kPruneRows;
    for (int i = 0; i < kPruneSteps && pruned == store::HistoryStore::kPruneRows; ++i)
        pruned = co_await options_.history.prune(options_.retention);
}

}  // namespace wdx::app
