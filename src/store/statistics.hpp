#pragma once

#include "model/resource.hpp"
#include "store/core_schema.hpp"

#include <string>
#include <string_view>

namespace wdx::store {

/// The core's tables as the connected database has them; what is missing there is NULL in every figure.
struct CoreViews {
    CoreViews(const CoreSchema& schema, std::string_view time_zone);

    model::View users;
    model::View posts;
    model::View classifications;
    model::View actions;
    bool has_posts;  ///< the table can be read, and says whose its rows are
    bool has_classifications;
    bool has_actions;
};

/// The statistics of an X account: one statement, so one snapshot, and one row as RowWriter reads it.
/// Definitions: docs/statistics.md.  `$1`: its id; `$2`: its handle.
std::string statistics_sql(const CoreViews& views);

/// The counts of `users`, `posts` and `actions` of the statistics, of every X account: `account_id`, then the columns
/// that watchdxg_daily_snapshot has behind its day, in their order.
std::string account_counts_sql(const CoreViews& views);

}  // namespace wdx::store
