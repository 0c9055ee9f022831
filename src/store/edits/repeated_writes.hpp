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
    unknown_users,     ///< see `unknown_ids`
    no_row,            ///< what was to be changed is not there
    failed_condition,  ///< If-Match, If-None-Match
    other_user,        ///< an action stays with its user
    overtaken,         ///< the core made or removed a row meanwhile: to be tried again
};

/// What became of a write; unless it is `done`, nothing has changed.
struct Written {
    WriteOutcome outcome = WriteOutcome::done;
    unsigned status = 0;      ///< of HTTP, as it is remembered with the body
    std::string body;         ///< compact JSON, byte for byte that of the first answer; empty when there is none
    std::string etag;         ///< of the body
    std::string unknown_ids;  ///< `7, 9`: the first `kMostUnknownIds` of them
    std::int64_t unknown_count = 0;
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
// WriteRequest (operator, key, hash, address, request id), the others its own.
//
// Its CTEs are
//   decision  one row: `outcome`, the name of a WriteOutcome or NULL to go ahead; unless it is NULL nothing is changed;
//   answer    (status integer, body text), one row when something was done;
//   and, where users are named, `asked` and `target`, both with `user_id`: all of them, and those that there are.
// They do nothing when `earlier` has a row: then the key has been used.

/// The beginning.  Times are those of the statement: the transaction has begun before it waited for its turn.
inline constexpr std::string_view kWriteBegin = R"sql(
    WITH earlier AS (
        SELECT request_hash = $3::text AS is_same, status, response
          FROM watchdxg_idempotency_key
         WHERE operator_id = $1::integer
           AND key = $2::text
           AND created_at > statement_timestamp() - interval '24 hours'
    ))sql";

/// The end of the statement, which begins with a comma.
/// @param names_users  there are `asked` and `target`
std::string write_end(bool names_users);

/// A CTE, beginning with a comma, that writes an entry of the log for each row of `changes`, in their order.
/// @param changes  (user_id, before json, after json)
std::string change_log_sql(std::string_view kind, std::string_view changes);

/// Runs such a statement, alone among all writers of ours.
/// @param query  its parameters from $6 on are `values`
/// @throws DbError; 23503 when the core has deleted a user meanwhile, `kUndone` when it has made rows meanwhile that
/// were
///         to be made, together with others that are made
boost::asio::awaitable<Written> execute_write(db::Pool& pool, const db::Query& query, const WriteRequest& request,
                                              std::vector<db::Param> values);

/// `{7,9}`, for a parameter of the type bigint[].
std::string bigint_array(const std::vector<std::int64_t>& numbers);

}  // namespace wdx::store
