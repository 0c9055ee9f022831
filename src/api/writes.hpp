#pragma once

#include "api/context.hpp"
#include "rest/error.hpp"
#include "rest/fields.hpp"
#include "store/repeated_writes.hpp"

#include <functional>
#include <optional>
#include <string_view>

#include <boost/asio/awaitable.hpp>

namespace wdx::api {

// What the routes share that change the core's tables.

/// The most users that one request may name.
inline constexpr std::size_t kMostUserIds = 10'000;

/// Reads `notes` of a write about so many users.  A row and an entry of the log come of it for each of them: longer
/// ones than `kLongestNotes` characters, or `kMostNotesBytes` for all users together, are refused.
rest::NullableText read_notes(rest::FieldReader& fields, std::size_t users);
inline constexpr std::size_t kLongestNotes = 10'000;
inline constexpr std::size_t kMostNotesBytes = 1024 * 1024;

/// Who writes what, for the store: under the request's Idempotency-Key, or a key of our own.
/// @throws ApiError 400 for a key that is not 1 to 255 visible ASCII characters; 401
store::WriteRequest write_request(const Context& context);

/// One try of a write; not itself a coroutine.
using Write = std::function<boost::asio::awaitable<store::Written>()>;

/// Runs a write until its outcome is known, and again where a table was not as it had been or the core has just made or
/// deleted a row.  The access check must have been made.
/// @param table  of the core, that is written
/// @param write  outlives the call, and may be called again
/// @throws ApiError 404 when the table is gone; 403 when the database's role may not write it; 409 when the core
///         changes the same rows again and again, or a constraint of the table forbids it; 422 for a key that was used
///         for another request; 412; DbError
boost::asio::awaitable<store::Written> run_write(Context& context, std::string_view table, const Write& write);

/// Status and body of what is done.
http::Response render_written(store::Written written);

rest::ApiError precondition_failed();
rest::ApiError no_such_user();
/// 400 for ids in `user_ids`.
/// @param ids    the first of them, `7, 9`
/// @param count  of all of them
rest::ApiError unknown_user_ids(std::string_view ids, std::int64_t count);

}  // namespace wdx::api
