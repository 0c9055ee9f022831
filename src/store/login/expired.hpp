#pragma once

#include "db/pool.hpp"
#include "db/session.hpp"

#include <cstdint>
#include <optional>

#include <boost/asio/awaitable.hpp>

namespace wdx::store {

/// One step of removing expired refresh tokens.
struct DeletedTokens {
    std::int64_t count = 0;
    std::int64_t last_id = 0;  ///< where the next step goes on
};

// Steps of a command, each within a transaction of its own: they wait until nobody else removes what has expired.

/// Removes refresh tokens that have expired, with their blacklist rows, in the order of their ids.  A row that somebody
/// holds is left for the next run.
/// @param after  an id; tokens up to it are left alone
/// @return nullopt when no such token is left
/// @throws DbError
/// Source: SimpleJWT token_blacklist/management/commands/flushexpiredtokens.py.
std::optional<DeletedTokens> delete_expired_tokens(db::Session& session, std::int64_t after);

/// Removes what is recorded of sessions, once none of their tokens can still be valid, and the addresses of logins
/// older than 30 days.
/// @return how many tokens and sessions
/// @throws DbError
std::int64_t delete_expired_sessions(db::Session& session);

/// Removes what has expired, in bounded steps of one transaction each, unless another process is at it: then it does
/// nothing.
/// @param steps  how many at most of each kind; what is left waits for the next time
/// @return the rows removed
/// @throws DbError
boost::asio::awaitable<std::int64_t> delete_expired(db::Pool& pool, int steps);

}  // namespace wdx::store
