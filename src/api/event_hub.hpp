#pragma once

#include "api/event_stream.hpp"
#include "api/metrics.hpp"
#include "store/events.hpp"
#include "store/tokens.hpp"

#include <chrono>
#include <memory>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

namespace wdx::api {

struct EventHubOptions {
    boost::asio::any_io_executor executor;
    store::EventStore& events;
    store::TokenStore& tokens;
    Metrics& metrics;
    std::size_t most_streams;
};

/// Gives each new event to every stream of this process: reads the table when it is told to, and every few seconds
/// anyway, for a notification may be lost.  Sends heartbeats, and ends streams whose token is no longer good.  Belongs
/// to the event loop's thread.
class EventHub {
  public:
    static constexpr std::chrono::seconds kReadInterval{2};
    static constexpr std::chrono::seconds kHeartbeat{15};
    static constexpr std::chrono::seconds kAccessInterval{4};  ///< between two looks at the streams' tokens

    explicit EventHub(const EventHubOptions& options);

    /// Finds out how far the events are; to be called first, when the tables are known to be there.
    /// @throws DbError
    boost::asio::awaitable<void> begin();
    /// Reads and gives out events until `stop`.  Does not throw.
    boost::asio::awaitable<void> run();
    /// Looks after the streams until `stop`.  Does not throw.
    boost::asio::awaitable<void> look_after_streams();
    /// There may be new events.
    void wake();
    /// Ends every stream, after what is queued.
    void stop();

    /// One more stream, which gets all events after `last_id()` from now on.
    /// @throws ApiError 503: there are too many, or the program stops
    std::unique_ptr<EventStream> subscribe(const Bearer& bearer);
    /// Of the newest event that was given out.
    [[nodiscard]] std::int64_t last_id() const noexcept { return last_id_; }
    [[nodiscard]] std::size_t streams() const noexcept { return streams_->size(); }

  private:
    boost::asio::awaitable<void> read_events();
    boost::asio::awaitable<void> check_access();
    void give(const WireEvent& event);
    void send_heartbeats();
    void end_expired();

    EventHubOptions options_;
    boost::asio::steady_timer read_timer_;
    boost::asio::steady_timer tend_timer_;
    std::shared_ptr<EventStreams> streams_ = std::make_shared<EventStreams>();
    std::int64_t last_id_ = 0;
    bool woken_ = false;    ///< since the last read began
    bool failing_ = false;  ///< the last read failed, and the log says so
    bool stopping_ = false;
};

}  // namespace wdx::api
