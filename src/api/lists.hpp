#pragma once

#include "api/context.hpp"
#include "model/list_query.hpp"
#include "store/signals.hpp"
#include "store/statistics.hpp"

#include <vector>

#include <boost/asio/awaitable.hpp>

namespace wdx::api {

/// A resource as the connected database has it now; reads the core's schema if nobody has yet.
/// @throws ApiError 404 when this generation of the core has no such table, 503; DbError
boost::asio::awaitable<model::View> view_of(Context& context, const model::Resource& resource);

/// The tables that figures are made of, as the connected database has them now; as `view_of`.
boost::asio::awaitable<store::CoreViews> core_views(Context& context);

/// The X accounts of whose posts the counters were swapped: what store::correct_posts needs.
/// @param account  the one to look at; nullopt: all
boost::asio::awaitable<std::vector<std::int64_t>> swapped_accounts(Context& context, const model::View& posts,
                                                                   std::optional<std::int64_t> account);

/// SQL: common table expressions that make `signals` of the users in `scope`.  See store::signal_ctes.
/// @param users  the View of kUsers
std::string signals_sql(Context& context, const model::View& users, store::Scope scope);

/// Answers once more when the core's tables were altered after the statement had been made: they have been read again
/// meanwhile.
/// @param answer  () -> awaitable<Response>; not itself a coroutine
template <typename Answer>
boost::asio::awaitable<http::Response> fit_to_schema(const Answer& answer) {
    try {
        co_return co_await answer();
    } catch (const db::DbError& error) {
        if (!error.is_schema_mismatch()) throw;
    }
    co_return co_await answer();
}

/// What a list is narrowed to by its path.
struct Narrowing {
    std::string_view field;
    std::int64_t value;
};

/// A list of the open layer -> 200: an array, a page by number, a page by cursor, CSV or NDJSON, as the query says.
/// @throws ApiError 400 naming the parameters that do not fit; 404 for a cursor that is no good; as `view_of`
boost::asio::awaitable<http::Response> list_rows(Context& context, const model::Resource& resource,
                                                 std::optional<Narrowing> narrowing = std::nullopt);

/// The row that `{id}` of the path names, with all its fields -> 200, or 404.
boost::asio::awaitable<http::Response> retrieve_row(Context& context, const model::Resource& resource);

}  // namespace wdx::api
