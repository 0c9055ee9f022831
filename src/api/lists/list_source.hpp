#pragma once

#include "api/lists/list_hints.hpp"
#include "api/request/context.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace wdx::api {

/// Answers with a long list, row by row from a connection of its own, in bounded memory: as `context.format` says a
/// JSON array, or a file to keep of CSV with its header or of NDJSON, an object on each line.  Waits for the first
/// rows, so that what the statement fails with is still answered by its status; a client that leaves meanwhile ends the
/// statement.  Makes the access check first, and ends the list when it gets too old, or its token is no longer valid.
/// @param query  the columns' names as store::RowWriter and store::CsvWriter read them
/// @param name  of the resource: a file is called `<name>-2026-11-25.csv`, by the date in UTC
/// @param hint  where it says at its end whether it was long
/// @throws ApiError 401, 503 as `Context::reread_schema`; DbError
boost::asio::awaitable<http::Response> stream_rows(Context& context, const db::Query& query,
                                                   std::vector<db::Param> params, std::string_view name,
                                                   std::optional<ListHints::Key> hint = std::nullopt);

}  // namespace wdx::api
