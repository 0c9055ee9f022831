#include "store/edits/actions.hpp"

#include "store/edits/edit_record.hpp"
#include "store/edits/row_sql.hpp"
#include "store/journal/journal.hpp"

#include <fmt/format.h>

namespace wdx::store {
namespace {

namespace asio = boost::asio;

const std::string kRow = action_row_sql("a");

// Planned each time: a plan for few users would be kept, and be slow for 10,000.
std::string insert_sql(const std::string& asked) {
    return fmt::format("{}, asked AS ({}", kWriteBegin, asked) + R"sql(
    ), target AS (
        SELECT u.id AS user_id, u.account_id, asked.position
          FROM asked
          JOIN users AS u ON u.id = asked.user_id
    ), decision AS (
        SELECT CASE WHEN (SELECT count(*) FROM target) < (SELECT count(*) FROM asked) THEN 'unknown_users'
                    WHEN (SELECT count(*) FROM asked) <> $8::bigint THEN 'other_count'
                END AS outcome
         WHERE NOT EXISTS (SELECT FROM earlier)
    ), written AS (
        INSERT INTO actions AS a (user_id, action_type, timestamp, notes)
        SELECT target.user_id, $9::text, coalesce($10::timestamptz, statement_timestamp()), $11::text
          FROM target, decision
         WHERE decision.outcome IS NULL
         ORDER BY target.position
        RETURNING a.id, a.user_id, )sql" +
           kRow + R"sql( AS body, to_jsonb(a) AS row
    ), placed AS (
        SELECT written.id, written.user_id, written.body, written.row, target.account_id, target.position
          FROM written
          JOIN target ON target.user_id = written.user_id
    ), change AS (
        SELECT id AS row_id, user_id, NULL::json AS before, body AS after, NULL::jsonb AS old_row, row AS new_row,
               NULL::timestamptz AS sampled_before
          FROM placed
         ORDER BY position
    ), changed AS (
        SELECT account_id, id FROM placed
    ))sql" +
           record_change_sql("actions", entry::kActionAdded, "'Recorded ' || $9::text || ' for ' || who") +
           R"sql(, answer AS (
        SELECT 201 AS status,
               CASE WHEN $12::boolean THEN coalesce(json_agg(body ORDER BY position), '[]')::text ELSE min(body::text) END AS body
          FROM placed
        HAVING EXISTS (SELECT FROM decision WHERE outcome IS NULL)
    ))sql" +
           write_end(unknown_users_sql());
}

// $7 is the action.  One that the core changes at this moment is waited for.
const std::string kOld = std::string(kWriteBegin) + R"sql(, locked AS (
        SELECT a.*
          FROM actions AS a
         WHERE a.id = $7::bigint
           AND NOT EXISTS (SELECT FROM earlier)
           FOR UPDATE
    ), old AS MATERIALIZED (
        SELECT a.id, a.user_id, )sql" +
                         kRow + R"sql( AS body, to_jsonb(a) AS row
          FROM locked AS a
    ))sql";

const std::string kChanged = R"sql(, changed AS (
        SELECT (SELECT u.account_id FROM users AS u WHERE u.id = change.user_id) AS account_id,
               change.row_id AS id
          FROM change
    ))sql";

// $9 to $12 are the ActionChange; one that says nothing changes nothing.
const std::string kUpdateSql = kOld + R"sql(, decision AS MATERIALIZED (
        SELECT CASE WHEN NOT EXISTS (SELECT FROM old) THEN 'no_row'
                    WHEN EXISTS (SELECT FROM old WHERE user_id IS DISTINCT FROM $8::bigint) AND $8::bigint IS NOT NULL
                    THEN 'other_user' END AS outcome
         WHERE NOT EXISTS (SELECT FROM earlier)
    ), written AS (
        UPDATE actions AS a
           SET action_type = coalesce($9::text, a.action_type), timestamp = coalesce($10::timestamptz, a.timestamp),
               notes = CASE WHEN $11::boolean THEN $12::text ELSE a.notes END
          FROM decision
         WHERE decision.outcome IS NULL
           AND a.id IN (SELECT id FROM old)
           AND ($9::text IS NOT NULL OR $10::timestamptz IS NOT NULL OR $11::boolean)
        RETURNING a.id, )sql" + kRow +
                               R"sql( AS body, to_jsonb(a) AS row
    ), change AS (
        SELECT old.id AS row_id, old.user_id, old.body AS before, written.body AS after, old.row AS old_row,
               written.row AS new_row, NULL::timestamptz AS sampled_before
          FROM written
          JOIN old ON old.id = written.id
    ))sql" + kChanged + record_change_sql("actions", entry::kActionChanged, "'Changed an action about ' || who") +
                               R"sql(, answer AS (
        SELECT 200 AS status, body::text AS body FROM written
         UNION ALL
        SELECT 200, old.body::text
          FROM old, decision
         WHERE decision.outcome IS NULL
           AND NOT ($9::text IS NOT NULL OR $10::timestamptz IS NOT NULL OR $11::boolean)
    ))sql" + write_end(kNothingNamed);
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
        SELECT old.id AS row_id, old.user_id, old.body AS before, NULL::json AS after, old.row AS old_row,
               NULL::jsonb AS new_row, NULL::timestamptz AS sampled_before
          FROM removed
          JOIN old ON old.id = removed.id
    ))sql" + kChanged + record_change_sql("actions", entry::kActionDeleted, "'Deleted an action about ' || who") +
                               R"sql(, answer AS (
        SELECT 204 AS status, '' AS body FROM removed
    ))sql" + write_end(kNothingNamed);
const db::Query kRemove{"remove_action", kRemoveSql};

}  // namespace

asio::awaitable<Written> ActionStore::insert(const WriteRequest& request, const ChosenUsers& users,
                                             const NewAction& action, bool as_list) {
    std::vector<db::Param> values{ids_param(users), users.expected_count, action.action_type,
                                  action.timestamp, action.notes,         as_list};
    AskedSql asked = asked_sql(users, kFirstOwnParam + values.size(), true);
    const std::string sql = insert_sql(asked.sql);
    const db::Query query{"insert_actions", sql, false};
    std::move(asked.params.begin(), asked.params.end(), std::back_inserter(values));
    co_return co_await execute_write(pool_, query, request, std::move(values));
}

asio::awaitable<Written> ActionStore::update(const WriteRequest& request, std::int64_t id, const ActionChange& change) {
    return execute_write(pool_, kUpdate, request,
                         {id, change.user_id, change.action_type, change.timestamp, change.sets_notes, change.notes});
}

asio::awaitable<Written> ActionStore::remove(const WriteRequest& request, std::int64_t id) {
    return execute_write(pool_, kRemove, request, {id});
}

}  // namespace wdx::store
