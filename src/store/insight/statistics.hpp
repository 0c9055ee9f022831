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

/// What the statistics of all X accounts are made of, told by PostgreSQL's counters without reading a row.
struct StatisticsState {
    std::string text;  ///< another one once something has changed
    /// Somebody else was at work in the last ten seconds: what they did may not have been counted yet, for a session of
    /// PostgreSQL reports its counts up to ten seconds late (PGSTAT_IDLE_INTERVAL).
    bool is_settling = false;
};

/// Our own writes are told by their events, at once.  Sessions of roles whose activity ours may not see do not settle.
extern const db::Query kStatisticsState;
StatisticsState read_statistics_state(const db::Rows& rows);

/// SQL: the counts of `users`, `posts` and `actions` of the statistics, for every X account: `account_id`, then the
/// columns that watchdxg_daily_snapshot has after its day, in their order.
std::string account_counts_sql(const CoreViews& views);

}  // namespace wdx::store
