#pragma once

#include "store/core/core_views.hpp"
#include "store/insight/statement.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wdx::store {

/// How many posts of a user a report has, and how many actions: the newest ones.  `total` counts all.
inline constexpr int kMostReportRows = 100;

/// Where something stands in a text.
struct Stretch {
    std::size_t begin;
    std::size_t size;
};

/// What was known about users at one moment.  One statement, so one snapshot.
/// @param signals  as signals_sql makes it
/// @param as_of    for signal_members_sql
/// @param users    ids, each only once
/// @param most_bytes  of JSON: when it would be more, none of it leaves the database
Statement select_reports(const CoreViews& views, std::string_view signals, std::string_view as_of,
                         std::span<const std::int64_t> users, std::size_t most_bytes);

// These read its rows, of which there is at least one.

/// The wanted users that do not exist, ordered by id.
std::vector<std::int64_t> read_missing_users(const db::Rows& rows);
struct Excess {
    std::int64_t bytes;                 ///< of JSON that there would be
    std::vector<std::int64_t> largest;  ///< the users without whom the rest fits, the largest first
};
/// How much too much it is; nullopt when it is not.
/// @param most_bytes  as for select_reports
std::optional<Excess> read_excess(const db::Rows& rows, std::size_t most_bytes);
/// The moment, `2026-11-28T12:00:00.000001Z`.
std::string_view read_report_time(const db::Rows& rows);
/// Appends the compact JSON of each user, in the order in which they were asked for, joined by commas; docs/evidence.md
/// describes it.  Takes a while when there is much: not for the event loop.
/// @param rows  of users that all exist, without excess
/// @return where each of them stands in `json`
std::vector<Stretch> append_reports(const db::Rows& rows, std::string& json);

}  // namespace wdx::store
