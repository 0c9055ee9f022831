#include "alert/backoff.hpp"

#include <algorithm>

namespace wdx::alert {

std::chrono::milliseconds pause_after(const Backoff& backoff, int attempts, double random) {
    constexpr int kMostDoublings = 20;  // of a second: twelve days
    const std::chrono::milliseconds due = std::min<std::chrono::milliseconds>(
        backoff.first * (std::int64_t{1} << std::clamp(attempts - 1, 0, kMostDoublings)), backoff.most);
    return std::chrono::milliseconds(static_cast<std::int64_t>(static_cast<double>(due.count()) * (1 + random) / 2));
}

}  // namespace wdx::alert
