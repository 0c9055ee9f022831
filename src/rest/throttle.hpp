#pragma once

#include <chrono>
#include <deque>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace wdx::rest {

/// At most `count` events in any stretch of `period`; without a count nothing is limited.
struct Rate {
    std::optional<unsigned> count;  ///< one or more
    std::chrono::seconds period{60};
};

/// Counts events for each key in a sliding window.  The time is passed in and never goes back.  Belongs to one thread.
/// Its memory is bounded: beyond kMostKeys or kMostTimes the keys that have been quiet for longest are forgotten.
/// Source: DRF 3.16 throttling.py `SimpleRateThrottle`.
class Throttle {
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::size_t kMostKeys = 10'000;
    static constexpr std::size_t kMostTimes = 1'000'000;  ///< over all keys

    explicit Throttle(Rate rate) : rate_(rate) {}
    Throttle(const Throttle&) = delete;
    Throttle& operator=(const Throttle&) = delete;

    /// Counts an event of `key` unless there have been too many.
    /// @return how long until the next one is allowed; zero: this one was, and is counted
    Clock::duration take(std::string_view key, Clock::time_point now);
    /// Uncounts the event that was counted at that time; it is not an error if it has been forgotten.
    void give_back(std::string_view key, Clock::time_point taken_at);

    [[nodiscard]] std::size_t keys() const noexcept { return index_.size(); }

  private:
    struct Entry {
        std::string key;
        std::deque<Clock::time_point> times;  ///< oldest first, never empty
    };
    using Entries = std::list<Entry>;

    void forget(Entries::iterator entry);

    Rate rate_;
    Entries entries_;                                                ///< in the order of their last events
    std::unordered_map<std::string_view, Entries::iterator> index_;  ///< by the keys in `entries_`
    std::size_t times_ = 0;                                          ///< of all entries
};

/// An event that counts while its outcome is not known: given back at the end, unless it was kept.  Outlived by its
/// throttle.
class ThrottleSlot {
  public:
    ThrottleSlot() = default;
    ThrottleSlot(Throttle& throttle, std::string key, Throttle::Clock::time_point taken_at)
        : throttle_(&throttle), key_(std::move(key)), taken_at_(taken_at) {}
    ThrottleSlot(ThrottleSlot&& other) noexcept
        : throttle_(std::exchange(other.throttle_, nullptr)), key_(std::move(other.key_)), taken_at_(other.taken_at_) {}
    ThrottleSlot& operator=(ThrottleSlot&& other) noexcept {
        std::swap(throttle_, other.throttle_);
        std::swap(key_, other.key_);
        std::swap(taken_at_, other.taken_at_);
        return *this;
    }
    ThrottleSlot(const ThrottleSlot&) = delete;
    ThrottleSlot& operator=(const ThrottleSlot&) = delete;
    ~ThrottleSlot() {
        if (throttle_ != nullptr) throttle_->give_back(key_, taken_at_);
    }

    /// The event counts for good.
    void keep() noexcept { throttle_ = nullptr; }

  private:
    Throttle* throttle_ = nullptr;
    std::string key_;
    Throttle::Clock::time_point taken_at_;
};

/// What clients at an address have in common: an IPv4 address, the /64 of an IPv6 one (whoever has one address of it
/// has all), `unix` for an empty text.
std::string throttle_key(const std::string& address);

}  // namespace wdx::rest
