#pragma once

#include "db/pool.hpp"
#include "store/event_log.hpp"
#include "store/events.hpp"

#include <chrono>
#include <cstdint>
#include <functional>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

namespace wdx::app {

struct HousekeepingOptions {
    boost::asio::any_io_executor executor;
    db::Pool& pool;
    store::EventLog& events;
    store::EventStore& changes;
    std::chrono::seconds log_retention;    ///< of /api/logs/
    std::chrono::seconds event_retention;  ///< of /api/events/
    std::function<bool()> is_open;         ///< the database has been there and its migrations are applied
};

/// Removes what has expired (tokens, sessions, answers of writes, entries of the log, events) at the start and then once
/// an hour, in bounded steps of one transaction each.  Several processes on one database do not get into each other's
/// way: whoever finds another one at it leaves it at that.  Belongs to the event loop.
class Housekeeping {
  public:
    explicit Housekeeping(HousekeepingOptions options);

    /// Works until `stop`.  Does not throw.
    boost::asio::awaitable<void> run();
    void stop();

  private:
    boost::asio::awaitable<bool> remove_expired();
    boost::asio::awaitable<void> prune_log();
    boost::asio::awaitable<void> prune_events();

    HousekeepingOptions options_;
    boost::asio::steady_timer timer_;
    bool stopping_ = false;
};

}  // namespace wdx::app
