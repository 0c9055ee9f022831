#pragma once

#include "api/request/stream_watch.hpp"
#include "http/message.hpp"
#include "store/journal/change_feed.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

namespace wdx::api {

/// A client that missed more events than this is told to reload everything.
inline constexpr std::int64_t kMostMissedEvents = 500;

/// An event as it goes over the wire, made once for all streams.
struct WireEvent {
    std::int64_t id = 0;  ///< zero: a comment
    std::shared_ptr<const std::string> text;
};

/// `event: change`, with its id.
WireEvent render_change(const store::Event& event);
/// `event: reset`: the client has missed something and must reload everything.
/// @param last_id  of the newest event, from which it may go on
WireEvent render_reset(std::int64_t last_id);
/// Comments: a line alone, without the blank line that would end an event, so that no client sees an empty one.
WireEvent render_opening();
WireEvent render_heartbeat();

/// @param text  of Last-Event-ID
/// @return nullopt when it cannot be an id of ours
std::optional<std::int64_t> parse_event_id(std::string_view text);

/// True when not everything after an id is in `page`, or there has never been such an event.
/// @param page  what `ChangeFeed` found after the id, at most kMostMissedEvents
bool has_gap(const store::EventPage& page, std::int64_t after) noexcept;

class EventStream;
/// Who listens.  The streams share it with the hub, because the event loop may destroy them after it.
using EventStreams = std::unordered_set<EventStream*>;

/// The body of one answer to `GET /api/events/`: what the hub gives it, in pieces.  Belongs to the event loop's thread.
/// Source: the HTML standard, section 9.2 "Server-sent events".
class EventStream : public http::BodySource {
  public:
    using Clock = std::chrono::steady_clock;
    /// So many events a client may be behind; with one more it is dropped.  More than kMostMissedEvents.
    static constexpr std::size_t kQueue = 1000;

    /// @param streams  the stream is one of them as long as it gets events
    /// @param bearer   who listens
    EventStream(const boost::asio::any_io_executor& executor, std::shared_ptr<EventStreams> streams, Bearer bearer);
    ~EventStream() override;
    EventStream(const EventStream&) = delete;
    EventStream& operator=(const EventStream&) = delete;

    /// It ends when its token is no longer valid.
    void look_after(StreamWatch& watch);

    /// Begins the body: an id to resume from, then what the client has missed, then what was pushed until now, each
    /// event once.
    /// @param after   the client knows the events up to this id, or `reset` tells it to reload everything
    /// @param missed  the events after it, in order
    void open(std::int64_t after, bool reset, const std::vector<store::Event>& missed);

    boost::asio::awaitable<void> next(std::string& out) override;
    void cancel() override;

    /// @return false when the client is too far behind: the stream has ended, without the rest
    bool push(const WireEvent& event);
    /// Replaces what is queued: the client has missed something.
    void reset(const WireEvent& event);
    /// Ends the stream after what is queued.
    void end();

    [[nodiscard]] const Bearer& bearer() const noexcept { return bearer_; }
    /// Nothing is queued, and nothing was sent since then.
    [[nodiscard]] bool is_silent_since(Clock::time_point time) const noexcept {
        return queue_.empty() && sent_at_ <= time;
    }

  private:
    std::shared_ptr<EventStreams> streams_;
    Bearer bearer_;
    boost::asio::steady_timer wake_;
    std::vector<WireEvent> queue_;
    Clock::time_point sent_at_ = Clock::now();
    std::int64_t last_id_ = 0;  ///< events up to it are sent, queued or not wanted
    bool ended_ = false;
    std::unique_ptr<StreamWatch::Ticket> ticket_;
};

}  // namespace wdx::api
