#include "api/login/tokens.hpp"

#include "api/login/routes.hpp"
#include "api/request/access.hpp"
#include "api/request/authentication.hpp"
#include "api/request/credentials.hpp"
#include "api/request/settle.hpp"
#include "base/unicode.hpp"
#include "rest/body.hpp"

namespace wdx::api {
namespace {

namespace asio = boost::asio;
using auth::TokenFault;
using auth::TokenType;

/// Two logins at once may both upgrade the stored hash; the second then starts over with the new one.
constexpr int kLoginTries = 3;

constexpr std::array kTokenFields{rest::BodyField{.name = "token", .type = rest::BodyType::text, .is_required = true}};
constexpr rest::Body kToken{"Token", kTokenFields};

/// The lifetimes of a new session's tokens, within the session's own.
auth::Lifetimes first_lifetimes(const Services& services) {
    auth::Lifetimes lifetimes = services.login.lifetimes;
    if (services.login.session_max_age.count() > 0) {
        lifetimes.refresh = std::min(lifetimes.refresh, services.login.session_max_age);
        lifetimes.access = std::min(lifetimes.access, services.login.session_max_age);
    }
    return lifetimes;
}

/// @return false when the operator has changed since the check
asio::awaitable<bool> begin_session(Context& context, const store::CheckedOperator& checked,
                                    const store::TokenPair& pair) {
    store::TokenStore& tokens = context.services().access.tokens;
    const store::Origin origin = context.origin();
    const std::string address_key = rest::throttle_key(origin.address);
    const auto insert = [&] { return tokens.insert_login(checked, pair, origin, address_key); };
    const auto settled = co_await settle(context, insert);
    co_return settled.result || (settled.repeated && co_await tokens.is_recorded(pair.refresh.jti));
}

/// POST /api/token/ {"username","password","otp"?} -> 200 {"refresh","access"}, or 401 whatever the reason.
/// Source: SimpleJWT serializers.py `TokenObtainPairSerializer`.
asio::awaitable<http::Response> obtain_token(Context& context) {
    const TokenAnswer tokens = co_await log_in(context);
    co_return ok(token_pair("refresh", tokens.refresh.text, "access", tokens.access.text));
}

/// POST /api/token/verify/ {"token"} -> 200 {}; a token of either type.
/// Source: SimpleJWT serializers.py `TokenVerifySerializer`.
asio::awaitable<http::Response> verify_token(Context& context) {
    const auto fields = rest::read_text_fields(context.request(), kToken);
    const auto decoded = auth::decode_token(fields[0], context.services().access.key, base::unix_now());
    if (const auto* fault = std::get_if<TokenFault>(&decoded)) throw refresh_not_valid(*fault);
    const auto& claims = std::get<auth::Claims>(decoded);
    if (const auto fault = auth::check_claims(claims, std::nullopt)) throw refresh_not_valid(*fault);
    if (!store::is_storable_jti(claims.jti())) throw refresh_not_valid(TokenFault::invalid);
    const auto state = co_await context.services().access.tokens.find_state(claims.jti(), claims.user_id());
    if (state.is_blacklisted) throw rest::field_error("non_field_errors", "Token is blacklisted");
    if (state.session_ended || store::is_cut_off(claims.issued_at(), state.not_before))
        throw refresh_not_valid(TokenFault::invalid);
    co_return ok("{}");
}

/// POST /api/token/blacklist/ {"refresh"} -> 200 {}: a logout.  Access tokens of the session stay valid until
/// they expire, as SimpleJWT has it; DELETE /api/sessions/{jti}/ ends them, too.
/// Source: SimpleJWT serializers.py `TokenBlacklistSerializer`.
asio::awaitable<http::Response> blacklist_token(Context& context) {
    const auto fields = rest::read_text_fields(context.request(), kRefresh);
    const auth::Claims claims = co_await read_refresh_token(context, fields[0]);
    store::TokenStore& tokens = context.services().access.tokens;
    const auto state = co_await tokens.find_state(claims.jti(), claims.user_id());
    if (!state.is_blacklisted && store::is_cut_off(claims.issued_at(), state.not_before))
        throw refresh_not_valid(TokenFault::invalid);
    const store::TokenRecord presented{.jti = claims.jti(), .text = fields[0], .expires_at = claims.expires_at()};
    if (state.is_blacklisted) throw refresh_not_valid(TokenFault::blacklisted);
    const auto blacklist = [&] { return tokens.blacklist(claims.user_id(), presented); };
    const auto settled = co_await settle(context, blacklist);
    if (!settled.result && !settled.repeated) throw refresh_not_valid(TokenFault::blacklisted);
    context.services().journal.add({.kind = store::entry::kLogout,
                                    .operator_id = claims.user_id(),
                                    .address = context.request().client_address,
                                    .request_id = context.request().id});
    co_return ok("{}");
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

asio::awaitable<TokenAnswer> log_in(Context& context) {
    const auto fields = read_credentials(context, kLogin);
    Services& services = context.services();
    for (int tries = 0; tries < kLoginTries; ++tries) {
        const auto checked = co_await check_credentials(context, fields[0], fields[1], fields[2]);
        if (!checked) break;
        const base::UnixTime now = base::unix_now();
        const auth::Lifetimes lifetimes = first_lifetimes(services);
        TokenAnswer tokens{
            .refresh = auth::issue_token(TokenType::refresh, checked->id, lifetimes, services.access.key, now),
            .access = auth::issue_token(TokenType::access, checked->id, lifetimes, services.access.key, now)};
        const store::TokenPair pair{.refresh = record_of(tokens.refresh), .access = record_of(tokens.access)};
        if (co_await begin_session(context, *checked, pair)) {
            services.journal.add({.kind = store::entry::kLogin,
                                  .operator_name = checked->username,
                                  .address = context.request().client_address,
                                  .request_id = context.request().id});
            co_return tokens;
        }
    }
    throw no_active_account("No active account found with the given credentials");
}

asio::awaitable<auth::Claims> read_refresh_token(Context& context, std::string_view text) {
    auto decoded = auth::decode_token(text, context.services().access.key, base::unix_now());
    if (const auto* fault = std::get_if<TokenFault>(&decoded)) throw refresh_not_valid(*fault);
    auto& claims = std::get<auth::Claims>(decoded);
    // compat: jti
    if (!store::is_storable_jti(claims.jti())) throw refresh_not_valid(TokenFault::invalid);
    if (const auto fault = auth::check_claims(claims, TokenType::refresh)) {
        const bool spent =
            !claims.jti().empty() && co_await context.services().access.tokens.is_blacklisted(claims.jti());
        throw refresh_not_valid(spent ? TokenFault::blacklisted : *fault);
    }
    co_return std::move(claims);
}

std::span<const Route> token_routes() {
    static constexpr std::array kRoutes{
        Route{
            .verb = Verb::post,
            .pattern = "/api/token/",
            .handler = &obtain_token,
            .needs = Needs::nothing,
            .layer = Layer::frozen,
            .throttled = Throttled::login,
            .body = &kLogin,
            .view = "Token Obtain Pair",
            .docstring = "Takes a set of user credentials and returns an access and refresh JSON web\ntoken pair to "
                         "prove the authentication of those credentials.",
            .recorded_fields =
                R"({"username":{"type":"string","required":true,"read_only":false,"label":"Username"},"password":{"type":"string","required":true,"read_only":false,"label":"Password"}})",
            .id = "obtainToken",
            .tag = "token",
            .summary = "Log in: obtain an access and a refresh token",
            .help = "Send the access token as `Authorization: Bearer ...`; the refresh token is valid for one "
                    "refresh. Send `otp` for an operator with a second factor.",
            .answer = "TokenPair",
            .refusals = {401}},
        Route{.verb = Verb::post,
              .pattern = "/api/token/verify/",
              .handler = &verify_token,
              .needs = Needs::nothing,
              .body = &kToken,
              .view = "Token Verify",
              .docstring = "Takes a token and indicates if it is valid.  This view provides no\ninformation about a "
                           "token's fitness for a particular use.",
              .id = "verifyToken",
              .tag = "token",
              .summary = "Verify a token of either type",
              .help = "Says whether an access or a refresh token is valid.",
              .answer = "Empty",
              .refusals = {401}},
        Route{.verb = Verb::post,
              .pattern = "/api/token/blacklist/",
              .handler = &blacklist_token,
              .needs = Needs::nothing,
              .body = &kRefresh,
              .view = "Token Blacklist",
              .docstring = "Takes a token and blacklists it. Must be used with "
                           "the\n`rest_framework_simplejwt.token_blacklist` app installed.",
              .id = "blacklistToken",
              .tag = "token",
              .summary = "Log out: blacklist a refresh token",
              .help = "The refresh token is no longer valid; access tokens stay valid until they expire.",
              .answer = "Empty",
              .refusals = {401}},
    };
    return kRoutes;
}

}  // namespace wdx::api
