#include "store/journal/change_events.hpp"

#include <fmt/format.h>

namespace wdx::store {

std::string change_events_sql(std::string_view table, std::string_view changes, std::string_view edit_id) {
    return fmt::format(R"sql(, event_group AS (
        SELECT account_id,
               CASE WHEN count(*) <= {2} THEN jsonb_agg(id ORDER BY id) END AS ids,
               row_number() OVER (ORDER BY account_id) AS number
          FROM {1}
         GROUP BY account_id
    ), event_number AS (
        UPDATE watchdxg_event_state
           SET last_id = last_id + (SELECT count(*) FROM event_group)
         WHERE EXISTS (SELECT FROM event_group)
        RETURNING last_id - (SELECT count(*) FROM event_group) AS before,
                  pg_notify('{3}', last_id::text) IS NULL AS is_told
    ), event_added AS (
        INSERT INTO watchdxg_event (id, table_name, account_id, ids, at, edit_id)
        SELECT event_number.before + event_group.number, '{0}', event_group.account_id, event_group.ids,
               statement_timestamp(), {4}
          FROM event_group, event_number
    ), event_counted AS (
        UPDATE watchdxg_watched_table
           SET own_changes = own_changes + (SELECT count(*) FROM {1})
         WHERE table_name = '{0}'
           AND EXISTS (SELECT FROM {1})
    ))sql",
                       table, changes, kMostEventIds, kEventChannel, edit_id);
}

}  // namespace wdx::store
