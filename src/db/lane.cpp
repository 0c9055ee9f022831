#include "db/lane.hpp"

#include "db/error.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace wdx::db {
namespace {

namespace asio = boost::asio;
constexpr std::size_t kPercent = 100;

}  // namespace

/// A seat in the waiting room, given up also when the event loop destroys whoever waits.
struct Lane::Seat {
    Seat(std::list<Waiter*>& all, Waiter& waiter) : room(all), place(all.insert(all.end(), &waiter)) {}
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;
    ~Seat() { room.erase(place); }

    std::list<Waiter*>& room;
    std::list<Waiter*>::iterator place;
};

Lane::Lane(asio::any_io_executor executor, LaneOptions options) : executor_(std::move(executor)), options_(options) {}

asio::awaitable<Lane::Place> Lane::enter(Caller caller) {
    const auto self = shared_from_this();
    const std::string name(options_.name);
    if (is_closed_) throw DbError::unavailable(name, "the program stops", false);
    if (may_run(caller.owner)) {
        ++running_;
        ++running_of_[caller.owner];
        co_return Place(self, caller.owner);
    }
    if (!may_wait(caller.owner)) {
        ++refused_;
        throw DbError::busy(name);
    }
    Waiter waiter{.owner = caller.owner, .wake = asio::steady_timer(executor_, options_.patience)};
    {
        const Seat seat(waiting_, waiter);
        const ClientWatch watch(caller.leave, [&waiter] {
            waiter.has_left = true;
            waiter.wake.cancel();
        });
        boost::system::error_code woken;
        co_await waiter.wake.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
    if (waiter.has_place) {
        Place place(self, caller.owner);
        if (!waiter.has_left) co_return place;
    }
    if (waiter.has_left) throw DbError::abandoned(name);
    if (is_closed_) throw DbError::unavailable(name, "the program stops", false);
    ++refused_;
    throw DbError::busy(name);
}

void Lane::close() {
    is_closed_ = true;
    for (Waiter* waiter : waiting_) waiter->wake.cancel();
}

LaneStatus Lane::status() const {
    return {.name = options_.name,
            .running = running_,
            .waiting = waiting_.size(),
            .is_full = running_ >= options_.places && waiting_.size() >= options_.queue,
            .refused = refused_};
}

std::size_t Lane::share_of(std::size_t all) const {
    return std::max<std::size_t>(1, all * options_.share / kPercent);
}

bool Lane::may_run(std::int64_t owner) const {
    const auto own = running_of_.find(owner);
    return running_ < options_.places && (own == running_of_.end() || own->second < share_of(options_.places));
}

bool Lane::may_wait(std::int64_t owner) const {
    const auto own =
        std::count_if(waiting_.begin(), waiting_.end(), [&](const Waiter* w) { return w->owner == owner; });
    return waiting_.size() < options_.queue && static_cast<std::size_t>(own) < share_of(options_.queue);
}

void Lane::leave(std::int64_t owner) noexcept {
    --running_;
    const auto own = running_of_.find(owner);
    if (--own->second == 0) running_of_.erase(own);
    admit();
}

void Lane::admit() {
    for (Waiter* waiter : waiting_) {
        if (is_closed_ || running_ >= options_.places) return;
        if (waiter->has_place || waiter->has_left || !may_run(waiter->owner)) continue;
        waiter->has_place = true;
        ++running_;
        ++running_of_[waiter->owner];
        waiter->wake.cancel();
    }
}

}  // namespace wdx::db
