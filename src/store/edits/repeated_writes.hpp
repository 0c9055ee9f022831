#pragma once

#include "db/pool.hpp"
#include "store/core/users.hpp"
#include "store/login/operators.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace wdx::store {

/// Who writes, and the key under which the answer is remembered: a second write of the same operator and key changes
/// nothing and gets the first one's answer.
struct WriteRequest {
    std::int32_t operator_id = 0;
    std::string key;           ///< the client's, or one of ours (`own_write_key`)
    std::string request_hash;  ///< of all that was asked for: under the same key it has to be the same
    Origin origin;
    db::LeaveSlot* leave = nullptr;  ///< filled while the write waits for the database
};

enum class WriteOutcome {
    done,              ///< now, or when the key was used first
    other_request,     ///< the key belongs to another request
    unknown_users,     ///< see `named` and `count`
    no_row,            ///< what was to be changed is not there
    failed_condition,  ///< If-Match, If-None-Match
    other_user,        ///< an action stays with its user
    other_count,       ///< of users than expected, see `count`
    already_undone,    ///< see `named`: the edit that did it
    no_right,          ///< the database's role may not do what the write is for
    other_state,       ///< what was to be changed does not allow it any more, see `named`
    overtaken,         ///< the core made or removed a row meanwhile: to be tried again
};

/// What became of a write; unless it is `done`, nothing has changed.
struct Written {
    WriteOutcome outcome = WriteOutcome::done;
    unsigned status = 0;     ///< of HTTP, as it is remembered with the body
    std::string body;        ///< compact JSON, byte for byte that of the first answer; empty when there is none
    std::string etag;        ///< of the body
    std::string edit_id;     ///< of the edit, as the first answer had it; empty when no row has changed
    std::string named;       ///< what the outcome is about: of unknown users the first `kMostUnknownIds`, `7, 9`
    std::int64_t count = 0;  ///< how many of these there are
};

/// SQL, an expression where a statement counts rows: fails, and so undoes all that the statement has done.  A statement
/// has no ROLLBACK of its own; a division by zero is the error that an expression can raise without a function of ours
/// in the database.  It divides by a count, because PostgreSQL works out `1 / 0` while it plans, before a CASE chooses.
inline constexpr std::string_view kUndoStatement = "1 / (count(*) - count(*))";
/// The SQLSTATE of that failure, `division_by_zero`.
inline constexpr std::string_view kUndone = "22012";

/// A key that no client can send: it begins with a blank.
std::string own_write_key();

/// SQL: the strong entity tag of a body, a text that is valid JSON but need not be compact.
std::string etag_sql(std::string_view body);

// A repeatable write is one statement: `kWriteBegin`, CTEs of its own, `write_end`.  $1 to $5 are the members of
// WriteRequest (operator, key, hash, address, request id), $6 are random digits, the others its own.
//
// Its CTEs are
//   decision  one row: `outcome`, the name of a WriteOutcome or NULL to go ahead; unless it is NULL nothing is changed;
//   answer    (status integer, body text), one row when something was done;
//   those of `record_change_sql`, or at least `edited`, one row with the `id` of the edit when a row has changed;
//   and, where users are named, `asked` and `target`, both with `user_id`: all of them, and those that there are.
// They do nothing when `earlier` has a row: then the key has been used.

/// Number of the first parameter of a statement's own.
inline constexpr std::size_t kFirstOwnParam = 7;

/// The beginning.  Times are those of the statement: the transaction has begun before it waited for its turn.  The id
/// of an edit is a UUID of version 7 (RFC 9562, section 6.2, method 3): the microseconds since 1970, then the random
/// digits.  So edits are ordered by it as they were committed.
inline constexpr std::string_view kWriteBegin = R"sql(
    WITH earlier AS (
        SELECT request_hash = $3::text AS is_same, status, response, edit_id
          FROM watchdxg_idempotency_key
         WHERE operator_id = $1::integer
           AND key = $2::text
           AND created_at > statement_timestamp() - interval '24 hours'
    ), edit AS (
        SELECT concat_ws('-', left(lpad(to_hex(t.us / 1000), 12, '0'), 8), right(to_hex(t.us / 1000), 4),
                         '7' || lpad(to_hex(t.us % 1000 * 4096 / 1000), 3, '0'), left($6::text, 4),
                         right($6::text, 12)) AS id
          FROM (SELECT (extract(epoch FROM statement_timestamp()) * 1000000)::bigint AS us) AS t
    ))sql";

/// What `write_end` says of users that there are not, or of their number where another was expected: two columns,
/// `Written::named` and `Written::count`.
std::string unknown_users_sql();
inline constexpr std::string_view kNothingNamed = "NULL::text, 0::bigint";

/// The end of the statement, which begins with a comma.
/// @param named  two columns of the result, a text and a number
std::string write_end(std::string_view named);

/// Runs such a statement, alone among all writers of ours.
/// @param query  its parameters from $7 on are `values`
/// @throws DbError; 23503 when the core has deleted a user meanwhile, `kUndone` when it has made rows meanwhile that
///         were to be made, together with others that are made
boost::asio::awaitable<Written> execute_write(db::Pool& pool, const db::Query& query, const WriteRequest& request,
                                              std::vector<db::Param> values);

/// `{7,9}`, for a parameter of the type bigint[].
std::string bigint_array(const std::vector<std::int64_t>& numbers);

}  // namespace wdx::store
