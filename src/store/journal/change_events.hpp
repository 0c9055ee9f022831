#pragma once

#include "db/batch.hpp"

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

/// CTEs, beginning with a comma, that tell /api/events/ of a change of one of the core's tables by us: an event for
/// each X account that it concerns.  They do nothing when `changes` is empty.  The statement has a CTE `edit` before
/// them, one row with the `id` of the edit.
/// @param table    the core's table
/// @param changes  name of the CTE before it that has a row for each row that was inserted, updated or deleted, with
///                 `account_id` (of the X user; may be NULL) and `id` (of the changed row)
/// @param edit_id  SQL: the id of the edit, a text; NULL where the change is none
std::string change_events_sql(std::string_view table, std::string_view changes,
                              std::string_view edit_id = "(SELECT id FROM edit)");

}  // namespace wdx::store
