#include "api/login/routes.hpp"
#include "api/login/tokens.hpp"
#include "api/request/access.hpp"
#include "api/request/authentication.hpp"
#include "api/request/settle.hpp"
#include "rest/body.hpp"

#include <spdlog/spdlog.h>

namespace wdx::api {
namespace {

namespace asio = boost::asio;
using auth::TokenFault;
using namespace std::chrono_literals;

constexpr std::size_t kMostLostRotations = 4096;
/// How late a tab may come with a token that another tab has used: as long as a request of a slow network may take.
constexpr auto kTabGrace = 30s;

rest::ApiError refresh_user_refused() {
    return no_active_account("No active account found for the given token.");
}

/// The lifetimes of the next pair: what the session may still have, where sessions have an end.
/// @throws ApiError 401 when it is over
asio::awaitable<auth::Lifetimes> remaining_lifetimes(Context& context, const auth::Claims& claims) {
    Services& services = context.services();
    if (services.login.session_max_age.count() == 0) co_return services.login.lifetimes;
    const base::UnixTime now = base::unix_now();
    // A token of the original has no session yet: the one that begins now is as old as the token.
    const auto recorded = co_await services.login.sessions.find_beginning(claims.jti());
    const base::UnixTime began = recorded ? *recorded : claims.issued_at().value_or(now);
    const std::chrono::seconds left(began + services.login.session_max_age.count() - now);
    if (left <= 0s) {
        const bool spent = co_await services.access.tokens.is_blacklisted(claims.jti());
        throw refresh_not_valid(spent ? TokenFault::blacklisted : TokenFault::expired);
    }
    co_return auth::Lifetimes{.access = std::min(services.login.lifetimes.access, left),
                              .refresh = std::min(services.login.lifetimes.refresh, left)};
}

TokenAnswer make_tokens(const Services& services, const auth::Claims& claims, const auth::Lifetimes& lifetimes) {
    const base::UnixTime now = base::unix_now();
    return {.refresh = auth::rotate_refresh_token(claims, lifetimes, services.access.key, now),
            .access = auth::derive_access_token(claims, lifetimes, services.access.key, now)};
}

/// True when the successor is recorded and unused: then it was ours that spent the presented token.
asio::awaitable<bool> was_ours(const Services& services, const auth::IssuedToken& successor) {
    co_return co_await services.access.tokens.is_recorded(successor.jti) &&
        !co_await services.access.tokens.is_blacklisted(successor.jti);
}

void remember_lost(Services& services, std::string_view jti, const TokenAnswer& tokens) {
    if (services.login.lost_rotations.size() >= kMostLostRotations) services.login.lost_rotations.clear();
    services.login.lost_rotations.insert_or_assign(std::string(jti), tokens);
}

/// Rotates; when the connection breaks on the way, finds out what has become of it before anything is answered: the
/// statement is sent again with the same successor, and finding that one recorded means that it was ours.
/// @param retried  an earlier request with this token and successor was answered 503 for that reason
/// @throws ApiError, DbError
asio::awaitable<store::Rotation> rotate_surely(Context& context, std::int32_t user_id, const auth::Claims& claims,
                                               std::string_view text, const TokenAnswer& tokens, bool retried) {
    Services& services = context.services();
    const store::TokenRecord presented{.jti = claims.jti(), .text = text, .expires_at = claims.expires_at()};
    const store::TokenPair successors{.refresh = record_of(tokens.refresh), .access = record_of(tokens.access)};
    const store::Origin origin = context.origin();
    std::optional<db::DbError> failure;
    try {
        const auto rotate = [&] {
            return services.access.tokens.rotate(user_id, presented, claims.issued_at(), successors, origin);
        };
        const auto settled = co_await settle(context, rotate);
        if (settled.result == store::Rotation::blacklisted && (settled.repeated || retried) &&
            co_await was_ours(services, tokens.refresh))
            co_return store::Rotation::done;
        co_return settled.result;
    } catch (const db::DbError& error) {
        failure = error;
    }
    if (failure->is_unavailable()) remember_lost(services, claims.jti(), tokens);
    throw db::DbError(*failure);
}

/// An answer made again: the recorded refresh token, and the access token that went with it.
TokenAnswer repeat_answer(const Services& services, const store::Reuse::Successor& successor) {
    const auto decoded = auth::decode_token(successor.refresh_text, services.access.key, base::unix_now());
    const auto* claims = std::get_if<auth::Claims>(&decoded);
    if (claims == nullptr) throw refresh_not_valid(TokenFault::blacklisted);  // its key is no longer ours
    return {.refresh = {.text = successor.refresh_text,
                        .jti = std::string(claims->jti()),
                        .expires_at = claims->expires_at()},
            .access = auth::reissue_access_token(*claims, successor.access_jti, successor.access_expires_at,
                                                 services.access.key)};
}

/// A valid signature on a token that is no longer valid: an old browser tab, or a stolen token.
void note_refusal(Context& context, std::string_view kind, std::int32_t user_id, std::string_view why) {
    context.services().journal.add({.level = store::EntryLevel::warning,
                                    .kind = kind,
                                    .operator_id = user_id,
                                    .address = context.request().client_address,
                                    .request_id = context.request().id,
                                    .message = why});
}

/// Somebody has a copy of a token that was used.
asio::awaitable<void> answer_theft(Context& context, std::int32_t user_id, std::int64_t family) {
    Services& services = context.services();
    std::string_view what = "the token was used before";
    if (services.login.revoke_on_reuse) {
        const store::Origin origin = context.origin();
        const auto end = [&] { return services.login.sessions.end_family(user_id, family, origin); };
        co_await settle(context, end);
        what = "the token was used before; its session is ended";
    }
    const std::string& address = context.request().client_address;
    spdlog::warn("a refresh token was shown again after its use, from {}{} ({})", address.empty() ? "-" : address,
                 services.login.revoke_on_reuse ? ": its session is ended" : "", context.request().id);
    note_refusal(context, store::entry::kRefreshReuse, user_id, what);
}

asio::awaitable<std::optional<store::Reuse>> find_reuse(const Services& services, std::string_view jti,
                                                        Presenter presenter) {
    store::SessionStore& sessions = services.login.sessions;
    return presenter == Presenter::tab ? sessions.find_shared_reuse(jti, kTabGrace)
                                       : sessions.find_reuse(jti, services.login.refresh_grace);
}

/// A refresh token that is blacklisted: within the grace, the second request gets the first one's answer.  After that
/// somebody has a copy of a token that was used.
/// @throws ApiError 401; DbError
asio::awaitable<TokenAnswer> answer_spent(Context& context, std::int32_t user_id, const auth::Claims& claims,
                                          Presenter presenter) {
    Services& services = context.services();
    const auto reuse = co_await find_reuse(services, claims.jti(), presenter);
    if (reuse && reuse->successor) {
        // A tab may come when the newest access token is over already: then it is its turn to rotate the newest pair.
        if (presenter == Presenter::tab && reuse->successor->access_expires_at <= base::unix_now())
            co_return co_await refresh_tokens(context, reuse->successor->refresh_text, presenter);
        ++services.access.counters.refreshes;
        co_return repeat_answer(services, *reuse->successor);
    }
    if (reuse) {
        co_await answer_theft(context, user_id, reuse->family);
    } else {
        note_refusal(context, store::entry::kRefreshRefused, user_id, "the token was logged out, or its session ended");
    }
    throw refresh_not_valid(TokenFault::blacklisted);
}

/// POST /api/token/refresh/ {"refresh"} -> 200 {"access","refresh"}; the presented token is spent.
/// Source: SimpleJWT serializers.py `TokenRefreshSerializer` with rotation and blacklisting.
asio::awaitable<http::Response> refresh_token(Context& context) {
    const auto fields = rest::read_text_fields(context.request(), kRefresh);
    const TokenAnswer tokens = co_await refresh_tokens(context, fields[0], Presenter::program);
    co_return ok(token_pair("access", tokens.access.text, "refresh", tokens.refresh.text));
}

}  // namespace

asio::awaitable<TokenAnswer> refresh_tokens(Context& context, std::string_view text, Presenter presenter) {
    const auth::Claims claims = co_await read_refresh_token(context, text);
    Services& services = context.services();
    const auto user_id = claims.user_id();
    if (!user_id) {
        if (co_await services.access.tokens.is_blacklisted(claims.jti()))
            throw refresh_not_valid(TokenFault::blacklisted);
        throw refresh_user_refused();
    }

    const auth::Lifetimes lifetimes = co_await remaining_lifetimes(context, claims);
    const auto lost = services.login.lost_rotations.find(std::string(claims.jti()));
    const bool retried = lost != services.login.lost_rotations.end();
    const TokenAnswer tokens = retried ? lost->second : make_tokens(services, claims, lifetimes);
    const store::Rotation result = co_await rotate_surely(context, *user_id, claims, text, tokens, retried);
    services.login.lost_rotations.erase(std::string(claims.jti()));
    switch (result) {
        case store::Rotation::done:
            break;
        case store::Rotation::blacklisted:
            co_return co_await answer_spent(context, *user_id, claims, presenter);
        case store::Rotation::no_user:
            note_refusal(context, store::entry::kRefreshRefused, *user_id, "the user is gone or inactive");
            throw refresh_user_refused();
        case store::Rotation::cut_off:
            note_refusal(context, store::entry::kRefreshRefused, *user_id,
                         "the token is from before a password change");
            throw refresh_not_valid(TokenFault::invalid);
    }
    ++services.access.counters.refreshes;
    co_return tokens;
}

std::span<const Route> refresh_routes() {
    static constexpr std::array kRoutes{
        Route{
            .verb = Verb::post,
            .pattern = "/api/token/refresh/",
            .handler = &refresh_token,
            .needs = Needs::nothing,
            .layer = Layer::frozen,
            .throttled = Throttled::refresh,
            .body = &kRefresh,
            .view = "Token Refresh",
            .docstring = "Takes a refresh type JSON web token and returns an access type JSON web\ntoken if the "
                         "refresh token is valid.",
            .recorded_fields =
                R"({"refresh":{"type":"string","required":true,"read_only":false,"label":"Refresh"},"access":{"type":"string","required":false,"read_only":true,"label":"Access"}})",
            .id = "refreshToken",
            .tag = "token",
            .summary = "Rotate a refresh token",
            .help = "Answers a new pair; the token that you sent is no longer valid.",
            .answer = "TokenPair",
            .refusals = {401}},
    };
    return kRoutes;
}

}  // namespace wdx::api
