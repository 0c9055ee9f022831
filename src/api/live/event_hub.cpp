#include "api/live/event_hub.hpp"

#include "base/clock.hpp"
#include "rest/error.hpp"

#include <spdlog/spdlog.h>

namespace wdx::api {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr auto kTick = 1s;  ///< how exactly heartbeats and the end of a token are kept
constexpr std::chrono::seconds kRetryAfter{5};

}  // namespace

EventHub::EventHub(const EventHubOptions& options)
    : options_(options),
      reading_(options.executor, [this] { return read(); }),
      tending_(options.executor, [this] { return tend_streams(); }) {}

asio::awaitable<void> EventHub::begin() {
    const store::EventPage page = co_await options_.events.list_after(0, 0);
    last_id_ = page.last_id;
}

asio::awaitable<std::chrono::milliseconds> EventHub::read() {
    try {
        co_await read_events();
        failing_ = false;
    } catch (const std::exception& error) {
        if (!failing_) spdlog::warn("events: cannot be read: {}", error.what());
        failing_ = true;
    }
    co_return kReadInterval;
}

void EventHub::stop() {
    for (EventStream* stream : *streams_) stream->end();
    reading_.stop();
    tending_.stop();
}

asio::awaitable<void> EventHub::read_events() {
    const store::EventPage page = co_await options_.events.list_after(last_id_, kMostMissedEvents);
    if (has_gap(page, last_id_)) {
        const WireEvent reset = render_reset(page.last_id);
        for (EventStream* stream : *streams_) stream->reset(reset);
    } else {
        for (const store::Event& event : page.events) give(render_change(event));
    }
    last_id_ = page.last_id;
}

void EventHub::give(const WireEvent& event) {
    ++options_.counters.events_given;
    for (auto it = streams_->begin(); it != streams_->end();) {
        if ((*it)->push(event)) {
            ++it;
        } else {
            ++options_.counters.event_streams_dropped;
            it = streams_->erase(it);
        }
    }
}

std::unique_ptr<EventStream> EventHub::subscribe(const Bearer& bearer) {
    if (streams_->size() >= options_.most_streams) throw rest::unavailable(kRetryAfter, "Too many event streams.");
    if (reading_.is_stopping()) throw rest::unavailable(kRetryAfter);
    auto stream = std::make_unique<EventStream>(options_.executor, streams_, bearer);
    stream->look_after(options_.watch);
    return stream;
}

asio::awaitable<std::chrono::milliseconds> EventHub::tend_streams() {
    end_expired();
    send_heartbeats();
    co_return kTick;
}

void EventHub::send_heartbeats() {
    const auto since = EventStream::Clock::now() - kHeartbeat;
    const WireEvent heartbeat = render_heartbeat();
    for (EventStream* stream : *streams_)
        if (stream->is_silent_since(since)) stream->push(heartbeat);
}

void EventHub::end_expired() {
    const base::UnixTime now = base::unix_now();
    for (EventStream* stream : *streams_)
        if (stream->bearer().expires_at && *stream->bearer().expires_at <= now) stream->end();
}

}  // namespace wdx::api
