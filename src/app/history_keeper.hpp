#pragma once

#include "store/history.hpp"
#include "store/schema_watch.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

namespace wdx::app {

/// When the next snapshot is to be taken: at the start, at midnight UTC, and after a change; one a minute at most.
class SnapshotSchedule {
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::seconds kInterval{60};  ///< between two, also after a failure

    /// @param today       in UTC
    /// @param last_event  number of the newest change of the core's tables
    [[nodiscard]] bool is_due(Clock::time_point now, std::chrono::sys_days today, std::int64_t last_event) const;
    /// One has been begun.
    void begin(Clock::time_point now) { begun_at_ = now; }
    /// It is there.
    /// @param last_event  as it was when it was begun
    void finish(std::chrono::sys_days today, std::int64_t last_event);

  private:
    std::optional<Clock::time_point> begun_at_;
    std::optional<std::chrono::sys_days> day_;
    std::int64_t last_event_ = 0;
};

struct HistoryKeeperOptions {
    boost::asio::any_io_executor executor;
    store::HistoryStore& history;
    store::SchemaWatch& schema;
    std::string core_timezone;
    std::chrono::seconds retention;            ///< of users that are gone
    std::function<bool()> is_up;               ///< the database is there
    std::function<std::int64_t()> last_event;  ///< number of the newest change that this process knows of
};

/// Takes the daily snapshots and notices what has become of the core's users.  Belongs to the event loop.
class HistoryKeeper {
  public:
    explicit HistoryKeeper(HistoryKeeperOptions options);

    /// Works until `stop`; to be called when our tables are known to be there.  Does not throw.
    boost::asio::awaitable<void> run();
    void stop();

  private:
    boost::asio::awaitable<void> observe();

    HistoryKeeperOptions options_;
    boost::asio::steady_timer timer_;
    SnapshotSchedule schedule_;
    bool failing_ = false;  ///< the last one failed, and the log says so
    bool stopping_ = false;
};

}  // namespace wdx::app
