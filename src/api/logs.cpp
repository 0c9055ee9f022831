#include "api/lists.hpp"
#include "api/routes.hpp"

namespace wdx::api {

namespace asio = boost::asio;

/// GET /api/logs/ -> 200, a list of the log's entries, newest first.
asio::awaitable<http::Response> list_logs(Context& context) {
    co_return co_await list_rows(context, model::kLogs);
}

}  // namespace wdx::api
