#pragma once

#include "api/context.hpp"

#include <string>
#include <vector>

namespace wdx::api {

/// Answers with the array of a long list, row by row from a connection of its own, in bounded memory.  Waits for the
/// first rows, so that what the statement fails with is still answered by its status; a client that leaves meanwhile
/// ends the statement.  The access check has to have been made.
/// @throws ApiError 503 as `Context::reread_schema`; DbError
boost::asio::awaitable<http::Response> stream_rows(Context& context, const db::Query& query,
                                                   std::vector<db::Param> params);

}  // namespace wdx::api
