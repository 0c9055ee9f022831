#pragma once

#include <cstdint>

namespace wdx::api {

/// What the parts of the program count as they work; the management listener reads it.  Belongs to the event loop's
/// thread.
struct Counters {
    std::uint64_t logins_ok = 0;       ///< password checks, HTTP Basic included
    std::uint64_t logins_refused = 0;  ///< for the password, the name, an inactive user or the second factor
    std::uint64_t refreshes = 0;       ///< refresh tokens rotated, or shown again within the grace
    // Answered 429, by the throttle that said so.
    std::uint64_t throttled_login = 0;
    std::uint64_t throttled_login_total = 0;
    std::uint64_t throttled_refresh = 0;
    std::uint64_t throttled_api = 0;
    std::uint64_t events_given = 0;           ///< events of /api/events/, each counted once
    std::uint64_t event_streams_dropped = 0;  ///< clients that were too slow
};

}  // namespace wdx::api
