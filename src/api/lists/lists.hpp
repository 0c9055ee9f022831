#pragma once

#include "api/request/context.hpp"
#include "store/core/user_filter.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace wdx::api {

/// A resource as the connected database has it now; reads the core's schema first if it is not known yet.
/// @throws ApiError 404 when this generation of the core has no such table, 503; DbError
boost::asio::awaitable<model::View> view_of(Context& context, const model::Resource& resource);

/// Reads a query string of /api/users/ that chooses users for something else than a list.
/// @throws ApiError 400 naming the parameters that do not fit: also unknown ones, and those of pages, which would not
///         choose what they seem to; as `view_of`
boost::asio::awaitable<store::UserFilter> read_user_filter(Context& context, const std::string& query_string);
/// Some users as /api/users/ shows them: a JSON array, ordered by id.
boost::asio::awaitable<std::string> render_users(Context& context, const std::vector<std::int64_t>& ids);

/// What a list is narrowed to by its path.
struct Narrowing {
    std::string_view field;
    std::int64_t value;
};

/// A list of the open layer -> 200: an array, a page by number, a page by cursor, CSV or NDJSON, as the query says.
/// @throws ApiError 400 naming the parameters that do not fit; 404 for an invalid cursor; as `view_of`
boost::asio::awaitable<http::Response> list_rows(Context& context, const model::Resource& resource,
                                                 std::optional<Narrowing> narrowing = std::nullopt);

/// One row with all its fields -> 200, or 404.
/// @param key  its value of the resource's key, as ListQuery has values
boost::asio::awaitable<http::Response> retrieve_row(Context& context, const model::Resource& resource, std::string key);

// Handlers of whatever resource a route is about.

/// GET -> 200, a list of the open layer; as `list_rows`.
boost::asio::awaitable<http::Response> list_resource(Context& context);
/// GET -> 200, the row that `{id}` of the path names, with all its fields, or 404.
boost::asio::awaitable<http::Response> retrieve_resource(Context& context);

}  // namespace wdx::api
