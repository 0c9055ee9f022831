#pragma once

#include "store/core/core_views.hpp"
#include "store/insight/statement.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace wdx::store {

/// The statistics of an X account: one statement, so one snapshot, and one row that RowWriter writes.
/// Definitions: docs/statistics.md.
Statement select_statistics(const CoreViews& views, std::int64_t account, std::string_view handle);

/// SQL: the counts of `users`, `posts` and `actions` of the statistics, for every X account: `account_id`, then the
/// columns that watchdxg_daily_snapshot has after its day, in their order.
std::string account_counts_sql(const CoreViews& views);

}  // namespace wdx::store
