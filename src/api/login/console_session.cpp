#include "api/login/routes.hpp"
#include "api/login/tokens.hpp"
#include "api/request/access.hpp"
#include "api/request/settle.hpp"
#include "base/unicode.hpp"
#include "rest/cookies.hpp"
#include "rest/error.hpp"
#include "rest/negotiation.hpp"
#include "rest/same_origin.hpp"

namespace wdx::api {
namespace {

namespace asio = boost::asio;

constexpr unsigned kForbidden = 403;

/// Two names: a browser lets no page that came by http overwrite a cookie that was set by https, whatever the port.
std::string_view cookie_name(const Context& context) {
    return context.request().is_https ? "__Secure-wdx_session" : "wdx_session";
}

std::string read_token(const Context& context) {
    return rest::read_cookie(context.request(), cookie_name(context));
}

void set_cookie(const Context& context, http::Response& response, std::string_view token, std::chrono::seconds age) {
    response.set(
        "Set-Cookie",
        rest::render_cookie(
            {.name = cookie_name(context), .value = token, .max_age = age, .is_secure = context.request().is_https}));
}

/// The browser sends the cookie by itself, so it has to be the console that asks.
/// @throws ApiError 403
void require_console(const Context& context) {
    if (const auto why = rest::find_foreign_origin(context.request()))
        throw rest::ApiError(kForbidden, rest::detail_body(*why), *why);
}

/// A form of another page cannot send JSON.
/// @throws ApiError 415
void require_json(const Context& context) {
    const std::string type = context.request().header("Content-Type");
    if (!rest::is_json_media_type(type)) throw rest::unsupported_media_type(base::latin1_to_utf8(type));
}

http::Response answer(const Context& context, const TokenAnswer& tokens) {
    const base::UnixTime now = base::unix_now();
    http::Response response =
        ok(fmt::format(R"({{"access":"{}","expires_in":{}}})", tokens.access.text, tokens.access.expires_at - now));
    set_cookie(context, response, tokens.refresh.text, std::chrono::seconds(tokens.refresh.expires_at - now));
    return response;
}

/// POST /admin/session/ {"username","password","otp"?} -> 200 {"access","expires_in"} and the refresh token in a
/// cookie, or 401 as POST /api/token/.
asio::awaitable<http::Response> begin_console_session(Context& context) {
    require_console(context);
    require_json(context);
    const TokenAnswer tokens = co_await log_in(context);
    co_return answer(context, tokens);
}

/// PUT /admin/session/ -> 200, the same; or 401 as POST /api/token/refresh/.
asio::awaitable<http::Response> refresh_console_session(Context& context) {
    require_console(context);
    require_json(context);
    const std::string token = read_token(context);
    if (token.empty()) throw no_active_account("Authentication credentials were not provided.");
    const TokenAnswer tokens = co_await refresh_tokens(context, token, Presenter::tab);
    co_return answer(context, tokens);
}

/// Ends the session that a refresh token belongs to, if it has one.
asio::awaitable<void> end_session_of(Context& context, const std::string& token) {
    const auto decoded = auth::decode_token(token, context.services().access.key, base::unix_now());
    const auto* claims = std::get_if<auth::Claims>(&decoded);
    if (claims == nullptr || auth::check_claims(*claims, auth::TokenType::refresh)) co_return;
    const auto user_id = claims->user_id();
    const std::string jti(claims->jti());
    if (!user_id || !store::is_storable_jti(jti)) co_return;
    store::SessionStore& sessions = context.services().login.sessions;
    const store::Origin origin = context.origin();
    const auto end = [&] { return sessions.end(*user_id, jti, origin); };
    co_await settle(context, end);
}

/// DELETE /admin/session/ -> 204, also when there is no session: the cookie is gone, and what it was good for as well.
asio::awaitable<http::Response> end_console_session(Context& context) {
    require_console(context);
    const std::string token = read_token(context);
    co_await end_session_of(context, token);
    http::Response response = no_content();
    set_cookie(context, response, {}, std::chrono::seconds(0));
    co_return response;
}

}  // namespace

std::span<const Route> console_routes() {
    static constexpr std::array kRoutes{
        Route{.verb = Verb::post,
              .pattern = "/admin/session/",
              .handler = &begin_console_session,
              .needs = Needs::nothing,
              .throttled = Throttled::session,
              .body = &kLogin,
              .view = "Console Session",
              .id = "beginConsoleSession",
              .tag = "console",
              .summary = "Log in to the console",
              .help = "For the pages of this server alone, which say so with `Origin` or `Sec-Fetch-Site`. The refresh "
                      "token comes in a cookie that no script sees.",
              .answer = "ConsoleSession",
              .refusals = {401, 403},
              .headers = {"Set-Cookie"}},
        Route{
            .verb = Verb::put,
            .pattern = "/admin/session/",
            .handler = &refresh_console_session,
            .needs = Needs::nothing,
            .throttled = Throttled::session,
            .view = "Console Session",
            .id = "refreshConsoleSession",
            .tag = "console",
            .summary = "Refresh the console's session",
            .help = "With the cookie of the login, and `Content-Type: application/json`. Several tabs may ask at once.",
            .answer = "ConsoleSession",
            .refusals = {401, 403, 415},
            .headers = {"Set-Cookie"}},
        Route{.verb = Verb::del,
              .pattern = "/admin/session/",
              .handler = &end_console_session,
              .needs = Needs::nothing,
              .throttled = Throttled::session,
              .view = "Console Session",
              .id = "endConsoleSession",
              .tag = "console",
              .summary = "Log out of the console",
              .help = "Ends the session and clears its cookie; 204 also when there was none.",
              .gives = Gives::nothing,
              .statuses = {204},
              .refusals = {403},
              .headers = {"Set-Cookie"}},
    };
    return kRoutes;
}

}  // namespace wdx::api
