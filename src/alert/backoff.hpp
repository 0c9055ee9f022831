#pragma once

#include <chrono>

namespace wdx::alert {

struct Backoff {
    std::chrono::seconds first;  ///< the pause after the first attempt that failed; it doubles with each further one
    std::chrono::seconds most;   ///< the longest pause
};

/// How long to wait after an attempt that failed: a random part, a half at least, of what is due, so that many that
/// failed together do not come back together.
/// @param attempts  so far, from 1
/// @param random    0..1
std::chrono::milliseconds pause_after(const Backoff& backoff, int attempts, double random);

}  // namespace wdx::alert
