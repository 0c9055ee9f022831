#include "store/login/sessions.hpp"

#include "api/login/login_services.hpp"
#include "api/login/routes.hpp"
#include "api/login/tokens.hpp"
#include "api/request/settle.hpp"
#include "rest/error.hpp"
#include "store/core/row_json.hpp"

namespace wdx::api {
namespace {

namespace asio = boost::asio;

rest::ApiError no_session() {
    return rest::not_found("No Session matches the given query.");
}

/// The `{jti}` of the path.  @throws ApiError 404 for what no session can have
const std::string& path_jti(const Context& context) {
    const std::string& jti = context.path_values.front();
    if (!store::is_storable_jti(jti)) throw no_session();
    return jti;
}

/// GET /api/sessions/ -> 200, an array: live refresh tokens, the last used one first.
asio::awaitable<http::Response> list_sessions(Context& context) {
    db::Batch batch;
    const std::size_t index = store::SessionStore::add_list(batch, context.operator_id(), context.access_jti());
    co_await context.read(batch);
    co_return ok(store::render_rows(batch.rows(index)));
}

/// GET /api/sessions/{jti}/ -> 200, or 404.  Also finds a session by a refresh token that it has replaced.
asio::awaitable<http::Response> retrieve_session(Context& context) {
    db::Batch batch;
    const std::size_t index =
        store::SessionStore::add_find(batch, context.operator_id(), context.access_jti(), path_jti(context));
    co_await context.read(batch);
    if (batch.rows(index).empty()) throw no_session();
    co_return ok(store::render_row(batch.rows(index)));
}

/// DELETE /api/sessions/{jti}/ -> 204, or 404: its refresh token and its access tokens are refused from now on.
asio::awaitable<http::Response> destroy_session(Context& context) {
    const std::string& jti = path_jti(context);
    co_await context.require_access();
    store::SessionStore& sessions = context.services().login.sessions;
    const std::int32_t operator_id = context.operator_id();
    const store::Origin origin = context.origin();
    const auto end = [&] { return sessions.end(operator_id, jti, origin); };
    const auto settled = co_await settle(context, end);
    if (!settled.result && !settled.repeated) throw no_session();
    co_return no_content();
}

/// DELETE /api/sessions/ -> 204: all but the caller's.
asio::awaitable<http::Response> destroy_other_sessions(Context& context) {
    co_await context.require_access();
    store::SessionStore& sessions = context.services().login.sessions;
    const std::int32_t operator_id = context.operator_id();
    const store::Origin origin = context.origin();
    const auto end = [&] { return sessions.end_others(operator_id, context.access_jti(), origin); };
    co_await settle(context, end);
    co_return no_content();
}

}  // namespace

std::span<const Route> session_routes() {
    static constexpr std::array kRoutes{
        Route{.verb = Verb::get,
              .pattern = "/api/sessions/",
              .handler = &list_sessions,
              .view = "Session List",
              .id = "listSessions",
              .tag = "sessions",
              .summary = "List live sessions",
              .help = "The logins that are still in use, the last used first.",
              .answer = "Sessions"},
        Route{.verb = Verb::del,
              .pattern = "/api/sessions/",
              .handler = &destroy_other_sessions,
              .view = "Session List",
              .id = "destroyOtherSessions",
              .tag = "sessions",
              .summary = "End all sessions but this one",
              .help = "The server refuses their refresh and access tokens from now on.",
              .gives = Gives::nothing,
              .statuses = {204}},
        Route{.verb = Verb::get,
              .pattern = "/api/sessions/{jti}/",
              .handler = &retrieve_session,
              .view = "Session Instance",
              .id = "retrieveSession",
              .tag = "sessions",
              .summary = "Retrieve one session",
              .help = "Also finds a session by a refresh token that it has replaced.",
              .answer = "Session"},
        Route{.verb = Verb::del,
              .pattern = "/api/sessions/{jti}/",
              .handler = &destroy_session,
              .view = "Session Instance",
              .id = "destroySession",
              .tag = "sessions",
              .summary = "End one session",
              .help = "The server refuses its refresh and access tokens from now on.",
              .gives = Gives::nothing,
              .statuses = {204}},
    };
    return kRoutes;
}

}  // namespace wdx::api
