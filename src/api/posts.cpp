#include "api/lists.hpp"
#include "api/routes.hpp"

namespace wdx::api {

namespace asio = boost::asio;

/// GET /api/posts/ -> 200, a list.
asio::awaitable<http::Response> list_posts(Context& context) {
    co_return co_await list_rows(context, model::kPosts);
}

/// GET /api/posts/{id}/ -> 200 Post, or 404.
asio::awaitable<http::Response> retrieve_post(Context& context) {
    co_return co_await retrieve_row(context, model::kPosts);
}

}  // namespace wdx::api
