#include "api/lists.hpp"
#include "api/routes.hpp"

namespace wdx::api {

namespace asio = boost::asio;

/// GET /api/classifications/ -> 200, a list.
asio::awaitable<http::Response> list_classifications(Context& context) {
    co_return co_await list_rows(context, model::kClassifications);
}

/// GET /api/actions/ -> 200, a list.
asio::awaitable<http::Response> list_actions(Context& context) {
    co_return co_await list_rows(context, model::kActions);
}

/// GET /api/actions/{id}/ -> 200 Action, or 404.
asio::awaitable<http::Response> retrieve_action(Context& context) {
    co_return co_await retrieve_row(context, model::kActions, context.path_values.front());
}

}  // namespace wdx::api
