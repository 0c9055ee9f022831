#pragma once

#include "store/statistics.hpp"

#include <string>
#include <string_view>

namespace wdx::store {

/// Of a user in a report: the newest posts, and the newest actions; `total` counts all.
inline constexpr int kMostReportRows = 100;

/// A row for each wanted user, in their order: `id`; `at`, the time of the snapshot as text; `report`, JSON, NULL where
/// there is no such user.  Its shape: docs/evidence.md.  `$1`: an array of ids.
/// @param signals  common table expressions as signal_ctes makes them
std::string report_sql(const CoreViews& views, std::string_view signals);

}  // namespace wdx::store
