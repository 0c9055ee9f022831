#pragma once

#include "base/periodic.hpp"
#include "db/pool.hpp"
#include "store/alerts/alert_store.hpp"
#include "store/edits/edits.hpp"
#include "store/journal/change_feed.hpp"
#include "store/journal/journal.hpp"

#include <chrono>
#include <cstdint>

#include <boost/asio/awaitable.hpp>

namespace wdx::app {

struct HousekeepingOptions {
    boost::asio::any_io_executor executor;
    db::Pool& pool;
    store::Journal& journal;
    store::ChangeFeed& changes;
    store::EditStore& edits;
    store::AlertStore& alerts;
    std::chrono::seconds log_retention;    ///< of /api/logs/, /api/edits/ and /api/alerts/
    std::chrono::seconds event_retention;  ///< of /api/events/
};

/// Removes what has expired (tokens, sessions, answers of writes, entries of the log, edits, alerts, events) at the
/// start and then once an hour, in bounded steps of one transaction each.  Several processes on one database do not get
/// into each other's way: one that finds another at it does nothing.  Belongs to the event loop.
class Housekeeping {
  public:
    explicit Housekeeping(HousekeepingOptions options);

    /// Works until `stop`; to be called when our tables are known to be there.  Does not throw.
    boost::asio::awaitable<void> run() { return loop_.run(); }
    void stop() { loop_.stop(); }

  private:
    boost::asio::awaitable<std::chrono::milliseconds> remove_expired();
    boost::asio::awaitable<void> prune_log();
    boost::asio::awaitable<void> prune_edits();
    boost::asio::awaitable<void> prune_alerts();
    boost::asio::awaitable<void> prune_events();

    HousekeepingOptions options_;
    base::Periodic loop_;
};

}  // namespace wdx::app
