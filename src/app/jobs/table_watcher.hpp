#pragma once

#include "base/periodic.hpp"
#include "store/journal/change_feed.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace wdx::app {

struct TableWatcherOptions {
    boost::asio::any_io_executor executor;
    store::ChangeFeed& events;
    std::chrono::seconds interval;  ///< zero: it does nothing
    std::function<bool()> is_up;    ///< the database is there
};

/// Notices what others change in the core's tables, which have no triggers, by PostgreSQL's counters: one small
/// statement each time, and a write only when something has changed.  Every process looks; the first that sees a change
/// makes the event, the others then find it noted.  Belongs to the event loop.  See docs/adr/0011-events.md.
class TableWatcher {
  public:
    explicit TableWatcher(TableWatcherOptions options);

    /// Watches until `stop`; to be called when our tables are known to be there.  Does not throw.
    boost::asio::awaitable<void> run();
    void stop() { loop_.stop(); }

  private:
    using Clock = std::chrono::steady_clock;

    boost::asio::awaitable<std::chrono::milliseconds> step();
    boost::asio::awaitable<void> look();
    bool is_settled(std::int64_t uncounted, Clock::time_point now);

    TableWatcherOptions options_;
    std::int64_t uncounted_ = 0;         ///< as the last look found it
    Clock::time_point uncounted_since_;  ///< it has been this number
    bool failing_ = false;               ///< the last look failed, and the log says so
    base::Periodic loop_;
};

}  // namespace wdx::app
