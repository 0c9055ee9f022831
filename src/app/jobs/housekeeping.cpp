#include "app/jobs/housekeeping.hpp"

#include "store/login/expired.hpp"

#include <spdlog/spdlog.h>

namespace wdx::app {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kInterval = 1h;
constexpr std::chrono::milliseconds kRetry = 10s;  ///< while the database is away
constexpr int kSteps = 20;                         ///< of 5,000 rows each, an hour
constexpr int kLogSteps = 200;  ///< the same for the log, for edits and for events: a million entries

}  // namespace

Housekeeping::Housekeeping(HousekeepingOptions options)
    : options_(std::move(options)), loop_(options_.executor, [this] { return remove_expired(); }) {}

asio::awaitable<std::chrono::milliseconds> Housekeeping::remove_expired() {
    if (!options_.pool.is_up()) co_return kRetry;
    try {
        const std::int64_t removed = co_await store::delete_expired(options_.pool, kSteps);
        if (removed > 0)
            spdlog::info("housekeeping: {} rows of expired tokens, sessions and remembered answers removed", removed);
        co_await prune_log();
        co_await prune_edits();
        co_await prune_alerts();
        co_await prune_events();
        co_return kInterval;
    } catch (const db::DbError& error) {
        spdlog::warn("housekeeping: {}", error.what());
    }
    co_return kRetry;
}

asio::awaitable<void> Housekeeping::prune_log() {
    std::int64_t total = 0;
    std::int64_t deleted = store::Journal::kPruneRows;
    for (int i = 0; i < kLogSteps && deleted == store::Journal::kPruneRows; ++i) {
        deleted = co_await options_.journal.prune(options_.log_retention);
        total += deleted;
    }
    if (total > 0)
        options_.journal.add({.kind = store::entry::kMaintenance,
                              .message = fmt::format("{} entries of the log were older than the retention", total)});
}

asio::awaitable<void> Housekeeping::prune_edits() {
    std::int64_t deleted = store::EditStore::kPruneRows;
    for (int i = 0; i < kLogSteps && deleted == store::EditStore::kPruneRows; ++i)
        deleted = co_await options_.edits.prune(options_.log_retention);
}

asio::awaitable<void> Housekeeping::prune_alerts() {
    std::int64_t deleted = store::AlertStore::kPruneRows;
    for (int i = 0; i < kLogSteps && deleted == store::AlertStore::kPruneRows; ++i)
        deleted = co_await options_.alerts.prune(options_.log_retention);
}

asio::awaitable<void> Housekeeping::prune_events() {
    std::int64_t deleted = store::ChangeFeed::kPruneRows;
    for (int i = 0; i < kLogSteps && deleted == store::ChangeFeed::kPruneRows; ++i)
        deleted = co_await options_.changes.prune(options_.event_retention);
}

}  // namespace wdx::app
