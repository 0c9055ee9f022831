#include "store/journal/change_events.hpp"

#include <fmt/format.h>

namespace wdx::store {
namespace {

/// A row for each row that was changed: `table_name`, `account_id`, `id`.
std::string changes_sql(std::span<const ChangedTable> tables) {
    std::string sql;
    for (const ChangedTable& table : tables) {
        if (!sql.empty()) sql += " UNION ALL ";
        sql += fmt::format("SELECT '{}'::text AS table_name, account_id, id FROM {}", table.name, table.changes);
    }
    return sql;
}

}  // namespace

std::string change_events_sql(std::span<const ChangedTable> tables, std::string_view edit_id) {
    return fmt::format(R"sql(, event_change AS MATERIALIZED (
        {0}
    ), event_group AS (
        SELECT table_name, account_id,
               CASE WHEN count(*) <= {1} THEN jsonb_agg(id ORDER BY id) END AS ids,
               row_number() OVER (ORDER BY table_name, account_id) AS number
          FROM event_change
         GROUP BY table_name, account_id
    ), event_number AS (
        UPDATE watchdxg_event_state
           SET last_id = last_id + (SELECT count(*) FROM event_group)
         WHERE EXISTS (SELECT FROM event_group)
        RETURNING last_id - (SELECT count(*) FROM event_group) AS before,
                  pg_notify('{2}', last_id::text) IS NULL AS is_told
    ), event_added AS (
        INSERT INTO watchdxg_event (id, table_name, account_id, ids, at, edit_id)
        SELECT event_number.before + event_group.number, event_group.table_name, event_group.account_id,
               event_group.ids, statement_timestamp(), {3}
          FROM event_group, event_number
    ), event_counted AS (
        UPDATE watchdxg_watched_table AS w
           SET own_changes = own_changes + (SELECT count(*) FROM event_change AS c WHERE c.table_name = w.table_name)
         WHERE w.table_name IN (SELECT table_name FROM event_change)
    ))sql",
                       changes_sql(tables), kMostEventIds, kEventChannel, edit_id);
}

}  // namespace wdx::store
