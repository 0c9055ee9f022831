#include "app/table_watcher.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

namespace wdx::app {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// After so long without a change PostgreSQL will not count what it has not counted: its sessions tell of what they did
/// within ten seconds (PGSTAT_IDLE_INTERVAL), but a crash forgets it.
constexpr auto kPatience = 30s;

}  // namespace

TableWatcher::TableWatcher(TableWatcherOptions options) : options_(std::move(options)), timer_(options_.executor) {}

asio::awaitable<void> TableWatcher::run() {
    while (!stopping_ && options_.interval > 0s) {
        if (options_.is_up()) {
            try {
                co_await look();
                failing_ = false;
            } catch (const std::exception& error) {
                if (!failing_) spdlog::warn("events: the core's tables cannot be watched: {}", error.what());
                failing_ = true;
            }
        }
        if (stopping_) break;  // meanwhile: nobody would cancel the timer any more
        timer_.expires_after(options_.interval);
        boost::system::error_code cancelled;
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
}

void TableWatcher::stop() {
    stopping_ = true;
    timer_.cancel();
}

asio::awaitable<void> TableWatcher::look() {
    const store::TableComparison found = co_await options_.events.compare_tables();
    const bool settle = is_settled(found.uncounted, Clock::now());
    if (found.differs || settle) co_await options_.events.note_tables(settle);
}

bool TableWatcher::is_settled(std::int64_t uncounted, Clock::time_point now) {
    if (uncounted != uncounted_) {
        uncounted_ = uncounted;
        uncounted_since_ = now;
    }
    return uncounted > 0 && now - uncounted_since_ >= kPatience;
}

}  // namespace wdx::app
