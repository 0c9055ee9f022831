#include "api/throttles.hpp"

#include "api/context.hpp"
#include "api/routes.hpp"
#include "rest/error.hpp"

#include <spdlog/spdlog.h>

namespace wdx::api {
namespace {

using Clock = rest::Throttle::Clock;

constexpr std::string_view kEverywhere = "all";  ///< the only key of the throttle for all addresses

/// @param what  is throttled: `logins`, `logins in total`, `refreshes`, `requests`
void note_throttled(Context& context, std::string_view what) {
    context.services().events.add({.level = store::LogLevel::warning,
                                   .event = store::event::kThrottled,
                                   .operator_id = context.claimed_operator(),
                                   .address = context.request().client_address,
                                   .request_id = context.request().id,
                                   .message = what});
}

}  // namespace

boost::asio::awaitable<LoginSlot> take_login(Context& context) {
    Services& services = context.services();
    Throttles& throttles = services.throttles;
    const std::string& address = context.request().client_address;
    const std::string key = rest::throttle_key(address);
    const auto now = Clock::now();

    const auto wait = throttles.login.take(key, now);
    if (wait > Clock::duration::zero()) {
        ++services.metrics.throttled_login;
        // fail2ban reads this line (docs/fail2ban).
        spdlog::warn("login throttled from {} ({})", address.empty() ? "-" : address, context.request().id);
        note_throttled(context, "logins");
        throw rest::throttled(wait);
    }
    LoginSlot slot{.address = {throttles.login, key, now}, .total = {}};

    const auto total_wait = throttles.login_total.take(kEverywhere, now);
    if (total_wait == Clock::duration::zero()) {
        slot.total = {throttles.login_total, std::string(kEverywhere), now};
        co_return slot;
    }
    if (co_await services.tokens.has_logged_in(key)) co_return slot;
    ++services.metrics.throttled_login_total;
    spdlog::warn("too many failed logins in total; put off one of {} ({})", address.empty() ? "-" : address,
                 context.request().id);
    note_throttled(context, "logins in total");
    throw rest::throttled(total_wait);
}

// compat: throttles
rest::ThrottleSlot take_request(Context& context, const Match& match) {
    if (match.throttled() == Throttled::login) return {};
    Services& services = context.services();
    // Only what refreshes: any page in the operator's browser may send the other methods.
    const bool is_refresh = match.throttled() == Throttled::refresh && context.request().method() == "POST";
    rest::Throttle& throttle = is_refresh ? services.throttles.refresh : services.throttles.api;
    const auto user = context.claimed_operator();
    // A token that names nobody is refused later.
    if (!user && match.needs() == Needs::login) return {};
    const std::string key = user ? std::to_string(*user) : rest::throttle_key(context.request().client_address);

    const auto now = Clock::now();
    const auto wait = throttle.take(key, now);
    if (wait == Clock::duration::zero()) {
        rest::ThrottleSlot slot(throttle, key, now);
        if (!user) slot.keep();
        return slot;
    }
    ++(is_refresh ? services.metrics.throttled_refresh : services.metrics.throttled_api);
    note_throttled(context, is_refresh ? "refreshes" : "requests");
    throw rest::throttled(wait);
}

}  // namespace wdx::api
