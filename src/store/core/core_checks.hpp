#pragma once

#include "db/session.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace wdx::store {

// What `check` asks about the core's tables, over a blocking connection.  Everything throws DbError.

/// What is missing of the rights that writing `classification` and `actions` needs, as GRANT names it: `INSERT, UPDATE
/// ON actions`.  A table that is not there is passed over.
std::vector<std::string> list_missing_rights(db::Session& session);

/// The statement that gives the connected role a right.
/// @param right  as GRANT names it
std::string grant_to_us(db::Session& session, std::string_view right);

/// The core's trigger is there that keeps `users.last_updated`: without that column it breaks every update of a user.
bool has_update_trigger(db::Session& session);

}  // namespace wdx::store
