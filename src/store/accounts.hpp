#pragma once

#include "db/batch.hpp"

#include <string_view>

namespace wdx::store {

/// Columns: id, handle.  Parameter: the handle, compared exactly.
extern const db::Query kFindAccount;
/// Columns: id, handle; two rows at most, so that the caller sees whether the match is the only one.
/// Parameter: the handle without a leading `@`, compared without regard to case, as X does.
extern const db::Query kFindAccountsIgnoringCase;

}  // namespace wdx::store
