#pragma once

#include "http/message.hpp"
#include "rest/throttle.hpp"

#include <boost/asio/awaitable.hpp>

namespace wdx::api {

class Context;
struct Route;
struct Services;

/// The throttles, counted in this process alone.
struct Throttles {
    rest::Throttle login;        ///< failed logins from an address
    rest::Throttle login_total;  ///< failed logins from everywhere
    rest::Throttle refresh;      ///< refreshes from an address
    rest::Throttle api;          ///< everything else, by operator, or by address where there is no login
};

/// A login that counts as a failed one until it has succeeded, so that many at a time do not get past the throttle.
struct LoginSlot {
    rest::ThrottleSlot address;
    rest::ThrottleSlot total;

    /// It has failed.
    void keep() noexcept {
        address.keep();
        total.keep();
    }
};

/// Takes a place for a password check.  The total never refuses an address that logged in within the last 30 days; the
/// database is asked for that only when it would.
/// @throws ApiError 429; DbError
boost::asio::awaitable<LoginSlot> take_login(Context& context);

/// Says of a login that it has failed, in the log, the journal and the counters.
void note_refused_login(Services& services, const http::Request& request);

/// Counts a request that was refused without a password check, for the size of its body, as a failed login of its
/// address: what it cost must not be free of charge.
/// @throws ApiError 429 instead, when that address had too many before
void count_refused_login(Services& services, const http::Request& request);

/// Counts a request to a route, after authentication and before its token's user has been looked up.
/// @return to be kept unless the token turns out bad: then the request was not its operator's
/// @throws ApiError 429
rest::ThrottleSlot take_request(Context& context, const Route& route);

}  // namespace wdx::api
