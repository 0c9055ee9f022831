#include "api/event_hub.hpp"

#include "base/clock.hpp"
#include "rest/error.hpp"

#include <map>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

namespace wdx::api {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr auto kTick = 1s;  ///< how exactly heartbeats and the end of a token are kept
constexpr std::chrono::seconds kRetryAfter{5};

asio::awaitable<void> wait(asio::steady_timer& timer, std::chrono::milliseconds time) {
    timer.expires_after(time);
    boost::system::error_code cancelled;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
}

store::TokenStore::Owner owner_of(const Bearer& bearer) {
    return {bearer.user_id.value_or(0), bearer.jti};
}

}  // namespace

EventHub::EventHub(const EventHubOptions& options)
    : options_(options), read_timer_(options.executor), tend_timer_(options.executor) {}

asio::awaitable<void> EventHub::begin() {
    const store::EventPage page = co_await options_.events.list_after(0, 0);
    last_id_ = page.last_id;
}

asio::awaitable<void> EventHub::run() {
    while (!stopping_) {
        woken_ = false;
        try {
            co_await read_events();
            failing_ = false;
        } catch (const std::exception& error) {
            if (!failing_) spdlog::warn("events: cannot be read: {}", error.what());
            failing_ = true;
        }
        if (!stopping_ && (!woken_ || failing_)) co_await wait(read_timer_, kReadInterval);
    }
}

void EventHub::wake() {
    woken_ = true;
    read_timer_.cancel();
}

void EventHub::stop() {
    stopping_ = true;
    for (EventStream* stream : *streams_) stream->end();
    read_timer_.cancel();
    tend_timer_.cancel();
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
    ++options_.metrics.events_given;
    for (auto it = streams_->begin(); it != streams_->end();) {
        if ((*it)->push(event)) {
            ++it;
        } else {
            ++options_.metrics.event_streams_dropped;
            it = streams_->erase(it);
        }
    }
}

std::unique_ptr<EventStream> EventHub::subscribe(const Bearer& bearer) {
    if (streams_->size() >= options_.most_streams) throw rest::unavailable(kRetryAfter, "Too many event streams.");
    if (stopping_) throw rest::unavailable(kRetryAfter);
    return std::make_unique<EventStream>(options_.executor, streams_, bearer);
}

asio::awaitable<void> EventHub::look_after_streams() {
    auto next_check = EventStream::Clock::now() + kAccessInterval;
    while (!stopping_) {
        co_await wait(tend_timer_, kTick);
        if (stopping_) break;
        end_expired();
        send_heartbeats();
        if (streams_->empty() || EventStream::Clock::now() < next_check) continue;
        try {
            co_await check_access();
        } catch (const std::exception& error) {
            // The streams stay open while the database is away; nothing comes through them.
            spdlog::debug("events: cannot check tokens: {}", error.what());
        }
        next_check = EventStream::Clock::now() + kAccessInterval;
    }
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

/// One statement for all tokens.
asio::awaitable<void> EventHub::check_access() {
    std::map<store::TokenStore::Owner, store::Access> owners;
    for (const EventStream* stream : *streams_) owners.try_emplace(owner_of(stream->bearer()));
    co_await options_.tokens.check_access(owners);
    for (EventStream* stream : *streams_) {
        const auto found = owners.find(owner_of(stream->bearer()));
        if (found == owners.end()) continue;  // began meanwhile, with a check of its own
        const store::Access& access = found->second;
        if (!access.exists || !access.is_active || access.session_ended ||
            store::is_cut_off(stream->bearer().issued_at, access.not_before))
            stream->end();
    }
}

}  // namespace wdx::api
