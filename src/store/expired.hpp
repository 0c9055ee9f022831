#pragma once

#include "db/pool.hpp"

#include <cstdint>

#include <boost/asio/awaitable.hpp>

namespace wdx::store {

/// Waits until nobody else removes what has expired; the steps below do nothing while another transaction has this
/// lock.
inline constexpr db::Query kLockExpired{"lock_expired", "SELECT pg_advisory_xact_lock(2003068280)"};

/// One step of removing refresh tokens that have expired, with their blacklist rows: those with an id above $1, in the
/// order of the ids.  A row that somebody holds is left for the next run.
/// Columns: how many, the last id (NULL when none).
/// Source: SimpleJWT token_blacklist/management/commands/flushexpiredtokens.py.
extern const db::Query kDeleteExpiredTokens;

/// One step of removing what is recorded of sessions, where no token of them can be valid any more, and the addresses
/// of logins older than 30 days.
/// Columns: how many tokens and sessions.
extern const db::Query kDeleteExpiredSessions;

/// One step of forgetting the answers of writes that are older than 24 hours, oldest first.
/// Columns: how many.
extern const db::Query kDeleteExpiredKeys;

/// Removes what has expired, in bounded steps of one transaction each, unless another process is at it: then it does
/// nothing.
/// @param steps  how many at most of each kind; what is left waits for the next time
/// @return the rows removed
/// @throws DbError
boost::asio::awaitable<std::int64_t> delete_expired(db::Pool& pool, int steps);

}  // namespace wdx::store
