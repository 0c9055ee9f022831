#include "app/jobs/table_watcher.hpp"

#include <spdlog/spdlog.h>

namespace wdx::app {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// After this long without a change PostgreSQL will not count any more of what it has not counted: its sessions report
/// what they did within ten seconds (PGSTAT_IDLE_INTERVAL), but a crash forgets it.
constexpr auto kPatience = 30s;

}  // namespace

TableWatcher::TableWatcher(TableWatcherOptions options)
    : options_(std::move(options)), loop_(options_.executor, [this] { return step(); }) {}

asio::awaitable<void> TableWatcher::run() {
    if (options_.interval > 0s) co_await loop_.run();
}

asio::awaitable<std::chrono::milliseconds> TableWatcher::step() {
    if (!options_.is_up()) co_return options_.interval;
    try {
        co_await look();
        failing_ = false;
    } catch (const std::exception& error) {
        if (!failing_) spdlog::warn("events: the core's tables cannot be watched: {}", error.what());
        failing_ = true;
    }
    co_return options_.interval;
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
