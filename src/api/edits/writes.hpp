#pragma once

#include "api/request/context.hpp"
#include "rest/error.hpp"
#include "rest/fields.hpp"
#include "store/edits/repeated_writes.hpp"

#include <functional>
#include <optional>
#include <string_view>

#include <boost/asio/awaitable.hpp>

namespace wdx::api {

// What the routes share that change the core's tables.

/// The users that a bulk write names.
inline constexpr rest::BodyField kUserIds{
    .name = "user_ids", .type = rest::BodyType::integers, .is_required = true, .most = 10'000};
inline constexpr rest::BodyField kNotes{.name = "notes", .type = rest::BodyType::nullable_text, .most = 10'000};

/// Characters of an Idempotency-Key.
inline constexpr std::size_t kLongestIdempotencyKey = 255;

/// The most bytes of `notes` that one write stores, over all its users.
inline constexpr std::size_t kMostNotesBytes = 1024 * 1024;

/// Reads `notes` of a write about so many users.  Each user gets a row and an entry of the log with them: more than
/// `kMostNotesBytes` for all users together are refused.
rest::NullableText read_notes(rest::FieldReader& fields, std::size_t users);

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

/// 403: the database's role may not write a table of the core.
rest::ApiError may_not_write(std::string_view table);

/// 409: there are others than expected.
rest::ApiError other_count(std::int64_t count);

/// Status and body of what is done, with `X-Edit-ID` where a row has changed.
http::Response render_written(store::Written written);
/// The same for a write that names its users.
/// @throws ApiError 400 with those that do not exist; 409 as `other_count`
http::Response render_written_to_many(store::Written written);

}  // namespace wdx::api
