#include "api/tokens.hpp"

#include "api/authentication.hpp"
#include "api/credentials.hpp"
#include "api/routes.hpp"
#include "api/settle.hpp"
#include "base/unicode.hpp"
#include "rest/body.hpp"

namespace wdx::api {
namespace {

namespace asio = boost::asio;
using auth::TokenFault;
using auth::TokenType;

/// Two logins at once may both upgrade the stored hash; the second then starts over with the new one.
constexpr int kLoginTries = 3;
constexpr std::size_t kLongestUserAgent = 300;  ///< bytes; what browsers send has about 120

/// The lifetimes of a new session's tokens, within the session's own.
auth::Lifetimes first_lifetimes(const Services& services) {
    auth::Lifetimes lifetimes = services.lifetimes;
    if (services.session_max_age.count() > 0) {
        lifetimes.refresh = std::min(lifetimes.refresh, services.session_max_age);
        lifetimes.access = std::min(lifetimes.access, services.session_max_age);
    }
    return lifetimes;
}

/// @return false when the operator is not what was checked any more
asio::awaitable<bool> begin_session(Context& context, const store::CheckedOperator& checked,
                                    const store::TokenPair& pair) {
    store::TokenStore& tokens = context.services().tokens;
    const store::Origin origin = origin_of(context);
    const std::string address_key = rest::throttle_key(origin.address);
    const auto insert = [&] { return tokens.insert_login(checked, pair, origin, address_key); };
    const auto settled = co_await settle(context, insert);
    co_return settled.result || (settled.repeated && co_await tokens.is_recorded(pair.refresh.jti));
}

}  // namespace

store::TokenRecord record_of(const auth::IssuedToken& token) {
    return {.jti = token.jti, .text = token.text, .expires_at = token.expires_at};
}

std::string token_pair(std::string_view first, std::string_view first_token, std::string_view second,
                       std::string_view second_token) {
    // Tokens hold only base64url and dots: nothing to escape.
    return fmt::format(R"({{"{}":"{}","{}":"{}"}})", first, first_token, second, second_token);
}

rest::ApiError no_active_account(std::string_view detail) {
    return rest::unauthorized(rest::detail_body(detail), std::string(detail));
}

store::Origin origin_of(const Context& context) {
    std::string agent = context.request().header("User-Agent");
    if (!base::is_utf8(agent)) agent = base::latin1_to_utf8(agent);
    if (agent.size() > kLongestUserAgent) {
        std::size_t end = kLongestUserAgent;
        while (end > 0 && (static_cast<unsigned char>(agent[end]) & 0xC0U) == 0x80) --end;  // not within a character
        agent.resize(end);
    }
    return {.address = context.request().client_address,
            .user_agent = std::move(agent),
            .request_id = context.request().id};
}

asio::awaitable<auth::Claims> read_refresh_token(Context& context, std::string_view text) {
    auto decoded = auth::decode_token(text, context.services().key, base::unix_now());
    if (const auto* fault = std::get_if<TokenFault>(&decoded)) throw refresh_not_valid(*fault);
    auto& claims = std::get<auth::Claims>(decoded);
    // compat: jti
    if (!store::is_storable_jti(claims.jti())) throw refresh_not_valid(TokenFault::invalid);
    if (const auto fault = auth::check_claims(claims, TokenType::refresh)) {
        const bool spent = !claims.jti().empty() && co_await context.services().tokens.is_blacklisted(claims.jti());
        throw refresh_not_valid(spent ? TokenFault::blacklisted : *fault);
    }
    co_return std::move(claims);
}

/// POST /api/token/ {"username","password","otp"?} -> 200 {"refresh","access"}, or 401 whatever the reason.
/// Source: SimpleJWT serializers.py `TokenObtainPairSerializer`.
asio::awaitable<http::Response> obtain_token(Context& context) {
    const auto fields = rest::read_text_fields(context.request(), {"username", "password"}, {"otp"});
    Services& services = context.services();
    for (int tries = 0; tries < kLoginTries; ++tries) {
        const auto checked = co_await check_credentials(context, fields[0], fields[1], fields[2]);
        if (!checked) break;
        const base::UnixTime now = base::unix_now();
        const auth::Lifetimes lifetimes = first_lifetimes(services);
        const auto refresh = auth::issue_token(TokenType::refresh, checked->id, lifetimes, services.key, now);
        const auto access = auth::issue_token(TokenType::access, checked->id, lifetimes, services.key, now);
        const store::TokenPair pair{.refresh = record_of(refresh), .access = record_of(access)};
        if (co_await begin_session(context, *checked, pair)) {
            services.events.add({.event = store::event::kLogin,
                                 .operator_name = checked->username,
                                 .address = context.request().client_address,
                                 .request_id = context.request().id});
            co_return ok(token_pair("refresh", refresh.text, "access", access.text));
        }
    }
    throw no_active_account("No active account found with the given credentials");
}

/// POST /api/token/verify/ {"token"} -> 200 {}; a token of either type.
/// Source: SimpleJWT serializers.py `TokenVerifySerializer`.
asio::awaitable<http::Response> verify_token(Context& context) {
    const auto fields = rest::read_text_fields(context.request(), {"token"});
    const auto decoded = auth::decode_token(fields[0], context.services().key, base::unix_now());
    if (const auto* fault = std::get_if<TokenFault>(&decoded)) throw refresh_not_valid(*fault);
    const auto& claims = std::get<auth::Claims>(decoded);
    if (const auto fault = auth::check_claims(claims, std::nullopt)) throw refresh_not_valid(*fault);
    if (!store::is_storable_jti(claims.jti())) throw refresh_not_valid(TokenFault::invalid);
    const auto state = co_await context.services().tokens.find_state(claims.jti(), claims.user_id());
    if (state.is_blacklisted) throw rest::field_error("non_field_errors", "Token is blacklisted");
    if (state.session_ended || store::is_cut_off(claims.issued_at(), state.not_before))
        throw refresh_not_valid(TokenFault::invalid);
    co_return ok("{}");
}

/// POST /api/token/blacklist/ {"refresh"} -> 200 {}: a logout.  Access tokens of the session stay good until they
/// expire, as SimpleJWT has it; DELETE /api/sessions/{jti}/ ends them, too.
/// Source: SimpleJWT serializers.py `TokenBlacklistSerializer`.
asio::awaitable<http::Response> blacklist_token(Context& context) {
    const auto fields = rest::read_text_fields(context.request(), {"refresh"});
    const auth::Claims claims = co_await read_refresh_token(context, fields[0]);
    store::TokenStore& tokens = context.services().tokens;
    const auto state = co_await tokens.find_state(claims.jti(), claims.user_id());
    if (!state.is_blacklisted && store::is_cut_off(claims.issued_at(), state.not_before))
        throw refresh_not_valid(TokenFault::invalid);
    const store::TokenRecord presented{.jti = claims.jti(), .text = fields[0], .expires_at = claims.expires_at()};
    if (state.is_blacklisted) throw refresh_not_valid(TokenFault::blacklisted);
    const auto blacklist = [&] { return tokens.blacklist(claims.user_id(), presented); };
    const auto settled = co_await settle(context, blacklist);
    if (!settled.result && !settled.repeated) throw refresh_not_valid(TokenFault::blacklisted);
    context.services().events.add({.event = store::event::kLogout,
                                   .operator_id = claims.user_id(),
                                   .address = context.request().client_address,
                                   .request_id = context.request().id});
    co_return ok("{}");
}

}  // namespace wdx::api
