#pragma once

#include "store/statistics.hpp"

#include <string>

namespace wdx::store {

inline constexpr int kMostCohorts = 200;
inline constexpr int kMostMembers = 1000;  ///< of a cohort that are listed, the smallest ids; `size` counts all

/// The cohorts of an X account, the largest first, as docs/insight.md defines them: rows of `kind`, `key`, `size`,
/// `expected`, `members`, `harmful`, `unclassified`.  `$1`: its id.
std::string cohorts_sql(const CoreViews& views);

}  // namespace wdx::store
