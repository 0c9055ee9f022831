#pragma once

#include "base/periodic.hpp"
#include "store/core/schema_watch.hpp"

#include <chrono>
#include <functional>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace wdx::app {

/// Reads the core's catalog again, every 25 seconds, or every two while a table is missing: others make and change
/// those tables while we run.  Belongs to the event loop.
class SchemaReader {
  public:
    /// @param is_up  the database is there
    SchemaReader(const boost::asio::any_io_executor& executor, store::SchemaWatch& schema, std::function<bool()> is_up);

    /// Works until `stop`; to be called when the catalog has just been read.  Does not throw.
    boost::asio::awaitable<void> run();
    void stop() { loop_.stop(); }

  private:
    using Clock = std::chrono::steady_clock;

    boost::asio::awaitable<std::chrono::milliseconds> step();

    store::SchemaWatch& schema_;
    std::function<bool()> is_up_;
    Clock::time_point read_at_;
    base::Periodic loop_;
};

}  // namespace wdx::app
