#include "api/request/throttles.hpp"

#include "api/login/login_services.hpp"
#include "api/request/access.hpp"
#include "api/request/context.hpp"
#include "api/request/route.hpp"
#include "rest/error.hpp"

#include <spdlog/spdlog.h>

namespace wdx::api {
namespace {

using Clock = rest::Throttle::Clock;

constexpr std::string_view kEverywhere = "all";  ///< the only key of the throttle for all addresses

/// What is called `-` has no address: it came over a unix socket.
std::string_view shown(const std::string& address) {
    return address.empty() ? std::string_view{"-"} : address;
}

/// @param what  is throttled: `logins`, `logins in total`, `refreshes`, `requests`
void note_throttled(Services& services, const http::Request& request, std::optional<std::int32_t> claimed,
                    std::string_view what) {
    services.journal.add({.level = store::EntryLevel::warning,
                          .kind = store::entry::kThrottled,
                          .operator_id = claimed,
                          .address = request.client_address,
                          .request_id = request.id,
                          .message = what});
}

/// @throws ApiError 429
rest::ThrottleSlot take_address(Services& services, const http::Request& request, std::optional<std::int32_t> claimed,
                                Clock::time_point now) {
    rest::Throttle& throttle = services.access.throttles.login;
    const std::string key = rest::throttle_key(request.client_address);
    const auto wait = throttle.take(key, now);
    if (wait == Clock::duration::zero()) return {throttle, key, now};
    ++services.access.counters.throttled_login;
    // fail2ban reads this line (docs/fail2ban).
    spdlog::warn("login throttled from {} ({})", shown(request.client_address), request.id);
    note_throttled(services, request, claimed, "logins");
    throw rest::throttled(wait);
}

}  // namespace

void note_refused_login(Services& services, const http::Request& request) {
    ++services.access.counters.logins_refused;
    // No name: what was typed there may have been the password.  fail2ban reads this line (docs/fail2ban).
    spdlog::warn("login refused from {} ({})", shown(request.client_address), request.id);
    services.journal.add({.level = store::EntryLevel::warning,
                          .kind = store::entry::kLoginRefused,
                          .address = request.client_address,
                          .request_id = request.id});
}

void count_refused_login(Services& services, const http::Request& request) {
    const auto now = Clock::now();
    take_address(services, request, std::nullopt, now).keep();
    services.access.throttles.login_total.take(kEverywhere, now);
    note_refused_login(services, request);
}

boost::asio::awaitable<LoginSlot> take_login(Context& context) {
    Services& services = context.services();
    Throttles& throttles = services.access.throttles;
    const std::string& address = context.request().client_address;
    const auto now = Clock::now();
    LoginSlot slot{.address = take_address(services, context.request(), context.claimed_operator(), now), .total = {}};

    const auto total_wait = throttles.login_total.take(kEverywhere, now);
    if (total_wait == Clock::duration::zero()) {
        slot.total = {throttles.login_total, std::string(kEverywhere), now};
        co_return slot;
    }
    if (co_await services.access.tokens.has_logged_in(rest::throttle_key(address))) co_return slot;
    ++services.access.counters.throttled_login_total;
    spdlog::warn("too many failed logins in total; put off one of {} ({})", shown(address), context.request().id);
    note_throttled(services, context.request(), context.claimed_operator(), "logins in total");
    throw rest::throttled(total_wait);
}

// compat: throttles
rest::ThrottleSlot take_request(Context& context, const Route& route) {
    const std::string_view method = context.request().method();
    const bool is_session = route.throttled == Throttled::session;
    if (route.throttled == Throttled::login || (is_session && method == "POST")) return {};
    Services& services = context.services();
    // Only what refreshes: any page in the operator's browser may send the other methods.
    const bool is_refresh =
        (route.throttled == Throttled::refresh && method == "POST") || (is_session && method == "PUT");
    rest::Throttle& throttle = is_refresh ? services.access.throttles.refresh : services.access.throttles.api;
    const auto user = context.claimed_operator();
    // A token that names no operator is refused later.
    if (!user && route.needs == Needs::login) return {};
    const std::string key = user ? std::to_string(*user) : rest::throttle_key(context.request().client_address);

    const auto now = Clock::now();
    const auto wait = throttle.take(key, now);
    if (wait == Clock::duration::zero()) {
        rest::ThrottleSlot slot(throttle, key, now);
        if (!user) slot.keep();
        return slot;
    }
    ++(is_refresh ? services.access.counters.throttled_refresh : services.access.counters.throttled_api);
    note_throttled(services, context.request(), user, is_refresh ? "refreshes" : "requests");
    throw rest::throttled(wait);
}

}  // namespace wdx::api
