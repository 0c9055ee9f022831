#include "store/sessions.hpp"

#include "api/routes.hpp"
#include "api/settle.hpp"
#include "api/tokens.hpp"
#include "rest/error.hpp"
#include "store/row_json.hpp"

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

}  // namespace

/// GET /api/sessions/ -> 200, an array: live refresh tokens, the last used one first.
asio::awaitable<http::Response> list_sessions(Context& context) {
    db::Batch batch;
    const std::size_t index = store::SessionStore::add_list(batch, context.operator_id());
    co_await context.read(batch);
    co_return ok(store::render_rows(batch.rows(index)));
}

/// GET /api/sessions/{jti}/ -> 200, or 404.  Also finds a session by a refresh token that it has replaced.
asio::awaitable<http::Response> retrieve_session(Context& context) {
    db::Batch batch;
    const std::size_t index = store::SessionStore::add_find(batch, context.operator_id(), path_jti(context));
    co_await context.read(batch);
    if (batch.rows(index).empty()) throw no_session();
    co_return ok(store::render_row(batch.rows(index)));
}

/// DELETE /api/sessions/{jti}/ -> 204, or 404: its refresh token and its access tokens are refused from now on.
asio::awaitable<http::Response> destroy_session(Context& context) {
    const std::string& jti = path_jti(context);
    co_await context.require_access();
    store::SessionStore& sessions = context.services().sessions;
    const std::int32_t operator_id = context.operator_id();
    const store::Origin origin = origin_of(context);
    const auto end = [&] { return sessions.end(operator_id, jti, origin); };
    const auto settled = co_await settle(context, end);
    if (!settled.result && !settled.repeated) throw no_session();
    co_return no_content();
}

/// DELETE /api/sessions/ -> 204: all but the caller's.
asio::awaitable<http::Response> destroy_other_sessions(Context& context) {
    co_await context.require_access();
    store::SessionStore& sessions = context.services().sessions;
    const std::int32_t operator_id = context.operator_id();
    const store::Origin origin = origin_of(context);
    const auto end = [&] { return sessions.end_others(operator_id, context.access_jti(), origin); };
    co_await settle(context, end);
    co_return no_content();
}

}  // namespace wdx::api
