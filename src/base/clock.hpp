#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace wdx::base {

/// Seconds since 1970-01-01 UTC, as the claims of a token count them.
using UnixTime = std::int64_t;

/// The system clock.  Pure functions take the time as a parameter; only handlers and `main` read it.
inline UnixTime unix_now() noexcept {
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

/// A time as the API shows it: `2026-11-29T12:00:00.000001Z`, without a fraction where there is none.
std::string iso_time(std::chrono::sys_time<std::chrono::microseconds> time);

}  // namespace wdx::base
