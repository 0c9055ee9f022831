#pragma once

#include "base/periodic.hpp"
#include "store/core/schema_watch.hpp"
#include "store/insight/history.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace wdx::app {

/// Decides when to take the next snapshot: at the start, at midnight UTC, and after a change; one per interval at most.
class SnapshotSchedule {
  public:
    using Clock = std::chrono::steady_clock;
    /// @param interval  the least time between two.  After a failure it is twice as long, or five times what was in
    ///                  vain, after each further one twice that, but no longer than two hours or the interval itself
    explicit SnapshotSchedule(std::chrono::seconds interval) : interval_(interval) {}

    /// @param today       in UTC
    /// @param last_event  number of the newest change of the core's tables
    [[nodiscard]] bool is_due(Clock::time_point now, std::chrono::sys_days today, std::int64_t last_event) const;
    /// A snapshot has begun.
    void begin(Clock::time_point now) { begun_at_ = now; }
    /// The snapshot has been taken.
    /// @param last_event  as it was when the snapshot began
    void finish(std::chrono::sys_days today, std::int64_t last_event);
    /// The snapshot that has begun was not taken.
    void fail(Clock::time_point now);

  private:
    std::chrono::seconds interval_;
    std::optional<Clock::time_point> begun_at_;
    std::optional<Clock::time_point> failed_at_;  ///< the last one
    Clock::duration rest_{};                      ///< after that
    std::optional<std::chrono::sys_days> day_;
    std::int64_t last_event_ = 0;
};

struct HistoryKeeperOptions {
    boost::asio::any_io_executor executor;
    store::HistoryStore& history;
    store::SchemaWatch& schema;
    std::string core_timezone;
    std::chrono::seconds interval;             ///< between two snapshots, at least
    std::chrono::seconds retention;            ///< of users that are gone
    std::function<bool()> is_up;               ///< the database is there
    std::function<std::int64_t()> last_event;  ///< number of the newest change that this process knows of
    std::function<bool()> are_scores_known;    ///< of all users: without them nothing can be estimated
};

/// Takes the daily snapshots and notices changes of the core's users.  Belongs to the event loop.
class HistoryKeeper {
  public:
    explicit HistoryKeeper(HistoryKeeperOptions options);

    /// Works until `stop`; to be called when our tables are known to be there.  Does not throw.
    boost::asio::awaitable<void> run() { return loop_.run(); }
    void stop() { loop_.stop(); }

  private:
    boost::asio::awaitable<std::chrono::milliseconds> step();
    boost::asio::awaitable<void> observe();
    /// Adds to the last snapshot what can be estimated of the audiences.
    boost::asio::awaitable<void> estimate();

    HistoryKeeperOptions options_;
    SnapshotSchedule schedule_;
    bool is_estimated_ = true;  ///< the last snapshot has what can be estimated
    bool failing_ = false;      ///< the last one failed, and the log says so
    base::Periodic loop_;
};

}  // namespace wdx::app
