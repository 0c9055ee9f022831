#include "store/edits/actions.hpp"

#include "store/core/column_sql.hpp"
#include "store/journal/change_events.hpp"
#include "store/journal/journal.hpp"

#include <fmt/format.h>

namespace wdx::store {
namespace {

namespace asio = boost::asio;

/// A row as the API shows it.
const std::string kRow =
    "json_build_object('id', a.id, 'user_id', a.user_id, 'action_type', a.action_type, 'timestamp', " +
    json_time_sql("a.timestamp") + ", 'notes', a.notes)";

// Planned each time: a plan for few users would be kept, and be slow for 10,000.
const std::string kInsertSql = std::string(kWriteBegin) + R"sql(, asked AS (
        SELECT user_id, min(position) AS position
          FROM unnest($6::bigint[]) WITH ORDINALITY AS given (user_id, position)
         WHERE NOT EXISTS (SELECT FROM earlier)
         GROUP BY user_id
    ), target AS (
        SELECT u.id AS user_id, u.account_id, asked.position
          FROM asked
          JOIN users AS u ON u.id = asked.user_id
    ), decision AS (
        SELECT CASE WHEN (SELECT count(*) FROM target) < (SELECT count(*) FROM asked) THEN 'unknown_users'
                END AS outcome
         WHERE NOT EXISTS (SELECT FROM earlier)
    ), written AS (
        INSERT INTO actions AS a (user_id, action_type, timestamp, notes)
        SELECT target.user_id, $7::text, coalesce($8::timestamptz, statement_timestamp()), $9::text
          FROM target, decision
         WHERE decision.outcome IS NULL
         ORDER BY target.position
        RETURNING a.id, a.user_id, )sql" +
                               kRow + R"sql( AS body
    ), placed AS (
        SELECT written.id, written.user_id, written.body, target.account_id, target.position
          FROM written
          JOIN target ON target.user_id = written.user_id
    ), change AS (
        SELECT user_id, NULL::json AS before, body AS after FROM placed ORDER BY position
    ), changed AS (
        SELECT account_id, id FROM placed
    ))sql" + change_log_sql(entry::kActionAdded, "change") +
                               change_events_sql("actions", "changed") + R"sql(, answer AS (
        SELECT 201 AS status,
               CASE WHEN $10::boolean THEN json_agg(body ORDER BY position)::text ELSE min(body::text) END AS body
          FROM placed
        HAVING count(*) > 0
    ))sql" + write_end(true);
const db::Query kInsert{"insert_actions", kInsertSql, false};

// $6 is the action.  One that the core changes at this moment is waited for.
const std::string kOld = std::string(kWriteBegin) + R"sql(, locked AS (
        SELECT a.*
          FROM actions AS a
         WHERE a.id = $6::bigint
           AND NOT EXISTS (SELECT FROM earlier)
           FOR UPDATE
    ), old AS MATERIALIZED (
        SELECT a.id, a.user_id, )sql" +
                         kRow + R"sql( AS body
          FROM locked AS a
    ))sql";

const std::string kChanged = R"sql(, changed AS (
        SELECT (SELECT u.account_id FROM users AS u WHERE u.id = change.user_id) AS account_id, change.id
          FROM change
    ))sql";

// $8 to $11 are the ActionChange; one that says nothing changes nothing.
const std::string kUpdateSql = kOld + R"sql(, decision AS MATERIALIZED (
        SELECT CASE WHEN NOT EXISTS (SELECT FROM old) THEN 'no_row'
                    WHEN EXISTS (SELECT FROM old WHERE user_id IS DISTINCT FROM $7::bigint) AND $7::bigint IS NOT NULL
                    THEN 'other_user' END AS outcome
         WHERE NOT EXISTS (SELECT FROM earlier)
    ), written AS (
        UPDATE actions AS a
           SET action_type = coalesce($8::text, a.action_type), timestamp = coalesce($9::timestamptz, a.timestamp),
               notes = CASE WHEN $10::boolean THEN $11::text ELSE a.notes END
          FROM decision
         WHERE decision.outcome IS NULL
           AND a.id IN (SELECT id FROM old)
           AND ($8::text IS NOT NULL OR $9::timestamptz IS NOT NULL OR $10::boolean)
        RETURNING a.id, )sql" + kRow +
                               R"sql( AS body
    ), change AS (
        SELECT old.id, old.user_id, old.body AS before, written.body AS after
          FROM written
          JOIN old ON old.id = written.id
    ))sql" + kChanged + change_log_sql(entry::kActionChanged, "change") +
                               change_events_sql("actions", "changed") + R"sql(, answer AS (
        SELECT 200 AS status, body::text AS body FROM written
         UNION ALL
        SELECT 200, old.body::text
          FROM old, decision
         WHERE decision.outcome IS NULL
           AND NOT ($8::text IS NOT NULL OR $9::timestamptz IS NOT NULL OR $10::boolean)
    ))sql" + write_end(false);
const db::Query kUpdate{"update_action", kUpdateSql};

const std::string kRemoveSql = kOld + R"sql(, decision AS MATERIALIZED (
        SELECT CASE WHEN NOT EXISTS (SELECT FROM old) THEN 'no_row' END AS outcome
         WHERE NOT EXISTS (SELECT FROM earlier)
    ), removed AS (
        DELETE FROM actions AS a
         USING decision
         WHERE decision.outcome IS NULL
           AND a.id IN (SELECT id FROM old)
        RETURNING a.id
    ), change AS (
        SELECT old.id, old.user_id, old.body AS before, NULL::json AS after
          FROM removed
          JOIN old ON old.id = removed.id
    ))sql" + kChanged + change_log_sql(entry::kActionDeleted, "change") +
                               change_events_sql("actions", "changed") + R"sql(, answer AS (
        SELECT 204 AS status, '' AS body FROM removed
    ))sql" + write_end(false);
const db::Query kRemove{"remove_action", kRemoveSql};

}  // namespace

asio::awaitable<Written> ActionStore::insert(const WriteRequest& request, const std::vector<std::int64_t>& user_ids,
                                             const NewAction& action, bool as_list) {
    return execute_write(pool_, kInsert, request,
                         {bigint_array(user_ids), action.action_type, action.timestamp, action.notes, as_list});
}

asio::awaitable<Written> ActionStore::update(const WriteRequest& request, std::int64_t id, const ActionChange& change) {
    return execute_write(pool_, kUpdate, request,
                         {id, change.user_id, change.action_type, change.timestamp, change.sets_notes, change.notes});
}

asio::awaitable<Written> ActionStore::remove(const WriteRequest& request, std::int64_t id) {
    return execute_write(pool_, kRemove, request, {id});
}

}  // namespace wdx::store
