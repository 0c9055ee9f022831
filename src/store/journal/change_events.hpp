#pragma once

#include "db/batch.hpp"

#include <span>
#include <string>
#include <string_view>

namespace wdx::store {

/// The first statement of every transaction in which we change the core's tables or write events: one at a time, over
/// all our processes, so that the statements after it see all that was changed before and events are numbered in the
/// order in which they are committed.  Waits up to five seconds for its turn (55P03, unavailable), and then for rows
/// that the core holds less than PostgreSQL's deadlock_timeout of a second: so the core is never the victim of a
/// deadlock. The number is "wdx_edit" in ASCII.
inline constexpr db::Query kLockChanges{"lock_changes", R"sql(
    SELECT set_config('lock_timeout', '5s', true), pg_advisory_xact_lock(x'7764785f65646974'::bigint),
           set_config('lock_timeout', '800ms', true))sql"};

/// What our processes LISTEN to; the payload is the id of the newest event.
inline constexpr std::string_view kEventChannel = "watchdxg_event";

/// Ids of more rows than this are not listed in an event.
inline constexpr int kMostEventIds = 1000;

/// What a statement has changed.
struct ChangedTable {
    std::string_view name;     ///< as events name it
    std::string_view changes;  ///< a CTE with a row for each row that was inserted, updated or deleted: `account_id`
                               ///< (of the X user; may be NULL) and `id` (of the changed row)
};

/// CTEs, beginning with a comma, that tell /api/events/ of what we have changed: an event for each table and X account
/// that it concerns.  They do nothing when there is no such row.  The statement has a CTE `edit` before them, one row
/// with the `id` of the edit.
/// @param edit_id  SQL: the id of the edit, a text; NULL where the change is none
std::string change_events_sql(std::span<const ChangedTable> tables, std::string_view edit_id = "(SELECT id FROM edit)");

}  // namespace wdx::store
