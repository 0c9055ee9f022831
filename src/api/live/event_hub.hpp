#pragma once

#include "api/live/event_stream.hpp"
#include "api/request/counters.hpp"
#include "api/request/stream_watch.hpp"
#include "base/periodic.hpp"
#include "store/journal/change_feed.hpp"

#include <chrono>
#include <memory>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace wdx::api {

struct EventHubOptions {
    boost::asio::any_io_executor executor;
    store::ChangeFeed& events;
    StreamWatch& watch;
    Counters& counters;
    std::size_t most_streams;
};

/// Gives each new event to every stream of this process: reads the table when it is told to, and every few seconds
/// anyway, for a notification may be lost.  Sends heartbeats, and ends streams whose token has expired.  Belongs to the
/// event loop's thread.
class EventHub {
  public:
    static constexpr std::chrono::seconds kReadInterval{2};
    static constexpr std::chrono::seconds kHeartbeat{15};

    explicit EventHub(const EventHubOptions& options);

    /// Finds out how far the events are; to be called first, when the tables are known to be there.
    /// @throws DbError
    boost::asio::awaitable<void> begin();
    /// Reads and gives out events until `stop`.  Does not throw.
    boost::asio::awaitable<void> run() { return reading_.run(); }
    /// Looks after the streams until `stop`.  Does not throw.
    boost::asio::awaitable<void> look_after_streams() { return tending_.run(); }
    /// There may be new events.
    void wake() { reading_.wake(); }
    /// Ends every stream, after what is queued.
    void stop();

    /// One more stream, which gets all events after `last_id()` from now on.
    /// @throws ApiError 503: there are too many, or the program stops
    std::unique_ptr<EventStream> subscribe(const Bearer& bearer);
    /// Of the newest event that was given out.
    [[nodiscard]] std::int64_t last_id() const noexcept { return last_id_; }
    [[nodiscard]] std::size_t streams() const noexcept { return streams_->size(); }

  private:
    boost::asio::awaitable<std::chrono::milliseconds> read();
    boost::asio::awaitable<std::chrono::milliseconds> tend_streams();
    boost::asio::awaitable<void> read_events();
    void give(const WireEvent& event);
    void send_heartbeats();
    void end_expired();

    EventHubOptions options_;
    std::shared_ptr<EventStreams> streams_ = std::make_shared<EventStreams>();
    std::int64_t last_id_ = 0;
    bool failing_ = false;  ///< the last read failed, and the log says so
    base::Periodic reading_;
    base::Periodic tending_;
};

}  // namespace wdx::api
