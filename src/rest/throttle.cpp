#include "rest/throttle.hpp"

#include <algorithm>

#include <boost/asio/ip/address.hpp>

namespace wdx::rest {

Throttle::Clock::duration Throttle::take(std::string_view key, Clock::time_point now) {
    if (!rate_.count) return Clock::duration::zero();
    const Clock::time_point old = now - rate_.period;
    while (!entries_.empty() && entries_.front().times.back() <= old) forget(entries_.begin());

    auto found = index_.find(key);
    if (found == index_.end()) {
        entries_.push_back({std::string(key), {}});
        found = index_.emplace(entries_.back().key, std::prev(entries_.end())).first;
    }
    Entry& entry = *found->second;
    while (!entry.times.empty() && entry.times.front() <= old) {
        entry.times.pop_front();
        --times_;
    }
    if (entry.times.size() >= *rate_.count) return entry.times.front() - old;
    entry.times.push_back(now);
    ++times_;
    entries_.splice(entries_.end(), entries_, found->second);
    while (entries_.size() > kMostKeys || (times_ > kMostTimes && entries_.size() > 1)) forget(entries_.begin());
    return Clock::duration::zero();
}

void Throttle::give_back(std::string_view key, Clock::time_point taken_at) {
    const auto found = index_.find(key);
    if (found == index_.end()) return;
    auto& times = found->second->times;
    const auto it = std::find(times.begin(), times.end(), taken_at);
    if (it == times.end()) return;
    if (times.size() == 1) return forget(found->second);
    times.erase(it);
    --times_;
}

void Throttle::forget(Entries::iterator entry) {
    times_ -= entry->times.size();
    index_.erase(entry->key);
    entries_.erase(entry);
}

std::string throttle_key(const std::string& address) {
    namespace ip = boost::asio::ip;
    if (address.empty()) return "unix";
    boost::system::error_code error;
    const ip::address parsed = ip::make_address(address, error);
    if (error || parsed.is_v4()) return address;
    auto bytes = parsed.to_v6().to_bytes();
    std::fill(bytes.begin() + bytes.size() / 2, bytes.end(), 0);
    return ip::address_v6(bytes).to_string() + "/64";
}

}  // namespace wdx::rest
