#pragma once

#include "db/session.hpp"
#include "store/core/core_schema.hpp"

#include <ostream>
#include <string>
#include <string_view>

namespace wdx::cli {

/// @return the role that owns a table on which an index is missing, where that is not ours; else empty
/// @throws DbError
std::string find_other_owner(db::Session& session);

/// Makes the indexes that are missing, one after another, beside a running core, and prints for each how long it took,
/// its size, and what the server's own statement took before and takes now.  What an interrupted one has left is made
/// anew.  Needs a session without a pooler.
/// @param with_optional  also those that are optional
/// @return false when some could not be made; it is printed why
/// @throws CommandError (kRefused) when another process makes them just now, or a transaction of somebody else's does
///         not end
/// @throws DbError
bool make_indexes(db::Session& session, const store::CoreSchema& schema, std::string_view time_zone, bool with_optional,
                  std::ostream& out);

}  // namespace wdx::cli
