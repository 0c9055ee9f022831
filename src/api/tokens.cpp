#include "api/authentication.hpp"
#include "api/credentials.hpp"
#include "api/routes.hpp"
#include "rest/body.hpp"
#include "rest/error.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

namespace wdx::api {
namespace {

namespace asio = boost::asio;
using auth::TokenFault;
using auth::TokenType;
using namespace std::chrono_literals;

/// How long a refresh whose outcome is unknown waits for the database, to find out.
constexpr auto kOutcomePatience = 15s;
constexpr auto kOutcomePause = 50ms;
constexpr std::size_t kMostLostRotations = 4096;
constexpr std::size_t kLongestJti = 255;  ///< characters that the column holds
/// Two logins at once may both upgrade the stored hash; the second then starts over with the new one.
constexpr int kLoginTries = 3;

store::TokenRecord record_of(const auth::IssuedToken& token) {
    return {.jti = token.jti, .text = token.text, .expires_at = token.expires_at};
}

/// Tokens hold only base64url and dots: nothing to escape.
std::string token_pair(std::string_view first, std::string_view first_token, std::string_view second,
                       std::string_view second_token) {
    return fmt::format(R"({{"{}":"{}","{}":"{}"}})", first, first_token, second, second_token);
}

rest::ApiError no_active_account(std::string_view detail) {
    return rest::unauthorized(rest::detail_body(detail), std::string(detail));
}

rest::ApiError refresh_user_refused() {
    return no_active_account("No active account found for the given token.");
}

/// The jti as the database can hold it.
bool is_storable(std::string_view jti) {
    const auto characters =
        std::count_if(jti.begin(), jti.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; });
    return jti.find('\0') == std::string_view::npos && static_cast<std::size_t>(characters) <= kLongestJti;
}

/// Decodes the presented token and makes every check of SimpleJWT that comes before the user's, in its order.
asio::awaitable<auth::Claims> read_refresh_token(Context& context, std::string_view text) {
    auto decoded = auth::decode_token(text, context.services().key, base::unix_now());
    if (const auto* fault = std::get_if<TokenFault>(&decoded)) throw refresh_not_valid(*fault);
    auto& claims = std::get<auth::Claims>(decoded);
    // compat: jti
    if (!is_storable(claims.jti())) throw refresh_not_valid(TokenFault::invalid);
    if (const auto fault = auth::check_claims(claims, TokenType::refresh)) {
        // The blacklist comes first in SimpleJWT; a good token is looked up by the rotation itself.
        const bool spent = !claims.jti().empty() && co_await context.services().tokens.is_blacklisted(claims.jti());
        throw refresh_not_valid(spent ? TokenFault::blacklisted : *fault);
    }
    co_return std::move(claims);
}

RotatedTokens make_tokens(const Services& services, const auth::Claims& claims) {
    const base::UnixTime now = base::unix_now();
    return {.refresh = auth::rotate_refresh_token(claims, services.lifetimes, services.key, now),
            .access = auth::derive_access_token(claims, services.lifetimes, services.key, now)};
}

/// True when the successor is recorded and unused: then it was ours that spent the presented token.
asio::awaitable<bool> was_ours(const Services& services, const auth::IssuedToken& successor) {
    co_return co_await services.tokens.is_recorded(successor.jti) &&
        !co_await services.tokens.is_blacklisted(successor.jti);
}

void remember_lost(Services& services, std::string_view jti, const RotatedTokens& tokens) {
    if (services.lost_rotations.size() >= kMostLostRotations) services.lost_rotations.clear();
    services.lost_rotations.insert_or_assign(std::string(jti), tokens);
}

/// Rotates; when the connection breaks on the way, finds out what has become of it before anything is answered: the
/// statement is sent again with the same successor, and finding that one recorded means that it was ours.
/// @param retried  an earlier request with this token and successor was answered 503 for that reason
/// @throws ApiError, DbError
asio::awaitable<store::Rotation> rotate_surely(Context& context, std::int32_t user_id, const auth::Claims& claims,
                                               std::string_view text, const RotatedTokens& tokens, bool retried) {
    Services& services = context.services();
    const store::TokenRecord presented{.jti = claims.jti(), .text = text, .expires_at = claims.expires_at()};
    asio::steady_timer pause(co_await asio::this_coro::executor);
    std::optional<std::chrono::steady_clock::time_point> deadline;  // set once an outcome is unknown
    while (true) {
        std::optional<db::DbError> failure;
        try {
            const store::Rotation result =
                co_await services.tokens.rotate(user_id, presented, claims.issued_at(), record_of(tokens.refresh));
            if (result == store::Rotation::blacklisted && (deadline || retried) &&
                co_await was_ours(services, tokens.refresh))
                co_return store::Rotation::done;
            co_return result;
        } catch (const db::DbError& error) {
            failure = error;
        }
        const auto now = std::chrono::steady_clock::now();
        if (!deadline && failure->outcome_unknown()) {
            deadline = now + kOutcomePatience;
            remember_lost(services, claims.jti(), tokens);
            spdlog::info("a refresh lost its connection; looking up what became of it ({})", context.request().id);
        }
        if (!deadline || now >= *deadline || !failure->is_unavailable() || services.pool.is_stopping())
            throw db::DbError(*failure);
        pause.expires_after(kOutcomePause);
        co_await pause.async_wait(asio::use_awaitable);
    }
}

}  // namespace

/// POST /api/token/ {"username","password"} -> 200 {"refresh","access"}, or 401 whatever the reason.
/// Source: SimpleJWT serializers.py `TokenObtainPairSerializer`.
asio::awaitable<http::Response> obtain_token(Context& context) {
    const auto fields = rest::read_text_fields(context.request(), {"username", "password"});
    Services& services = context.services();
    for (int tries = 0; tries < kLoginTries; ++tries) {
        const auto user = co_await check_credentials(context, fields[0], fields[1]);
        if (!user) break;
        const base::UnixTime now = base::unix_now();
        const auto refresh = auth::issue_token(TokenType::refresh, user->id, services.lifetimes, services.key, now);
        const auto access = auth::issue_token(TokenType::access, user->id, services.lifetimes, services.key, now);
        if (co_await services.tokens.insert_login(user->id, user->password_hash, record_of(refresh),
                                                  rest::throttle_key(context.request().client_address)))
            co_return ok(token_pair("refresh", refresh.text, "access", access.text));
    }
    throw no_active_account("No active account found with the given credentials");
}

/// POST /api/token/refresh/ {"refresh"} -> 200 {"access","refresh"}; the presented token is spent.
/// Source: SimpleJWT serializers.py `TokenRefreshSerializer` with rotation and blacklisting.
asio::awaitable<http::Response> refresh_token(Context& context) {
    const auto fields = rest::read_text_fields(context.request(), {"refresh"});
    const auth::Claims claims = co_await read_refresh_token(context, fields[0]);
    Services& services = context.services();
    const auto user_id = claims.user_id();
    if (!user_id) {
        if (co_await services.tokens.is_blacklisted(claims.jti())) throw refresh_not_valid(TokenFault::blacklisted);
        throw refresh_user_refused();
    }

    const auto lost = services.lost_rotations.find(std::string(claims.jti()));
    const bool retried = lost != services.lost_rotations.end();
    const RotatedTokens tokens = retried ? lost->second : make_tokens(services, claims);
    const store::Rotation result = co_await rotate_surely(context, *user_id, claims, fields[0], tokens, retried);
    services.lost_rotations.erase(std::string(claims.jti()));
    switch (result) {
        case store::Rotation::done:
            break;
        case store::Rotation::blacklisted:
            throw refresh_not_valid(TokenFault::blacklisted);
        case store::Rotation::no_user:
            throw refresh_user_refused();
        case store::Rotation::cut_off:
            throw refresh_not_valid(TokenFault::invalid);
    }
    ++services.metrics.refreshes;
    co_return ok(token_pair("access", tokens.access.text, "refresh", tokens.refresh.text));
}

}  // namespace wdx::api
