#pragma once

#include "db/batch.hpp"

#include <cstddef>

namespace wdx::store {

/// More rows than this are streamed instead of answered in one piece.
inline constexpr int kShortListRows = 500;

/// At most so many unknown ids are named in an answer.
inline constexpr int kMostUnknownIds = 20;

/// The users of an account, by id; the ten columns of the frozen route, in its order.  Parameter: account_id.
extern const db::Query kListUsersOfAccount;
/// The same, at most kShortListRows + 1 rows.
extern const db::Query kListUsersOfAccountShort;
/// All users, by id.
extern const db::Query kListUsers;
extern const db::Query kListUsersShort;

/// Whether there is such a user: one row or none.  Parameter: id.
extern const db::Query kFindUserId;

}  // namespace wdx::store
