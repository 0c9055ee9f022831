#include "app/housekeeping.hpp"

#include "store/expired.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

namespace wdx::app {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr std::chrono::seconds kInterval = 1h;
constexpr std::chrono::seconds kRetry = 10s;  ///< while the database is away
constexpr int kSteps = 20;                    ///< of 5,000 rows each, an hour
constexpr int kLogSteps = 200;                ///< the same for the log and for events: a million entries

}  // namespace

Housekeeping::Housekeeping(HousekeepingOptions options) : options_(std::move(options)), timer_(options_.executor) {}

asio::awaitable<void> Housekeeping::run() {
    while (!stopping_) {
        const bool done = co_await remove_expired();
        if (stopping_) co_return;  // meanwhile: nobody would cancel the timer any more
        timer_.expires_after(done ? kInterval : kRetry);
        boost::system::error_code cancelled;
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
}

void Housekeeping::stop() {
    stopping_ = true;
    timer_.cancel();
}

/// @return false when the database was away
asio::awaitable<bool> Housekeeping::remove_expired() {
    if (!options_.is_open() || !options_.pool.is_up()) co_return false;
    try {
        const std::int64_t removed = co_await store::delete_expired(options_.pool, kSteps);
        if (removed > 0)
            spdlog::info("housekeeping: {} rows of expired tokens, sessions and remembered answers removed", removed);
        co_await prune_log();
        co_await prune_events();
        co_return true;
    } catch (const db::DbError& error) {
        spdlog::warn("housekeeping: {}", error.what());
    }
    co_return false;
}

asio::awaitable<void> Housekeeping::prune_log() {
    std::int64_t total = 0;
    std::int64_t deleted = store::EventLog::kPruneRows;
    for (int i = 0; i < kLogSteps && deleted == store::EventLog::kPruneRows; ++i) {
        deleted = co_await options_.events.prune(options_.log_retention);
        total += deleted;
    }
    if (total > 0)
        options_.events.add({.event = store::event::kMaintenance,
                             .message = fmt::format("{} entries of the log were older than the retention", total)});
}

asio::awaitable<void> Housekeeping::prune_events() {
    std::int64_t deleted = store::EventStore::kPruneRows;
    for (int i = 0; i < kLogSteps && deleted == store::EventStore::kPruneRows; ++i)
        deleted = co_await options_.changes.prune(options_.event_retention);
}

}  // namespace wdx::app
