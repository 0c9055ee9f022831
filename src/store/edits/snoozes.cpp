#include "store/edits/snoozes.hpp"

#include "store/edits/edit_record.hpp"
#include "store/edits/row_sql.hpp"
#include "store/journal/journal.hpp"

namespace wdx::store {
namespace {

namespace asio = boost::asio;

const std::string kRow = snooze_row_sql("z");

// $7 are the users.
const std::string kOld = std::string(kWriteBegin) + R"sql(, asked AS (
        SELECT DISTINCT user_id
          FROM unnest($7::bigint[]) AS given (user_id)
         WHERE NOT EXISTS (SELECT FROM earlier)
    ), target AS (
        SELECT u.id AS user_id, u.account_id
          FROM asked
          JOIN users AS u ON u.id = asked.user_id
    ), old AS MATERIALIZED (
        SELECT z.user_id, )sql" +
                         kRow + R"sql( AS body, to_jsonb(z) AS row
          FROM asked
          JOIN watchdxg_snooze AS z ON z.user_id = asked.user_id
    ), decision AS MATERIALIZED (
        SELECT CASE WHEN (SELECT count(*) FROM target) < (SELECT count(*) FROM asked) THEN 'unknown_users'
                END AS outcome
         WHERE NOT EXISTS (SELECT FROM earlier)
    ))sql";

std::string write_rest(std::string_view kind, std::string_view summary) {
    return R"sql(, changed AS (
        SELECT target.account_id, target.user_id AS id
          FROM change
          JOIN target ON target.user_id = change.user_id
    ))sql" +
           record_change_sql("snoozes", kind, summary) + R"sql(, answer AS (
        SELECT 200 AS status, json_build_object('updated', (SELECT count(*) FROM change))::text AS body
          FROM decision
         WHERE outcome IS NULL
    ))sql" +
           write_end(unknown_users_sql());
}

// Planned each time: a plan for few users would be kept, and be slow for 10,000.
const std::string kSetSql = kOld + R"sql(, written AS (
        INSERT INTO watchdxg_snooze AS z (user_id, until, created_at)
        SELECT target.user_id, $8::timestamptz, statement_timestamp()
          FROM target, decision
         WHERE decision.outcome IS NULL
            ON CONFLICT (user_id) DO UPDATE SET until = EXCLUDED.until, created_at = EXCLUDED.created_at
        RETURNING z.user_id, )sql" +
                            kRow + R"sql( AS body, to_jsonb(z) AS row
    ), change AS (
        SELECT written.user_id AS row_id, written.user_id, old.body AS before, written.body AS after,
               old.row AS old_row, written.row AS new_row, NULL::timestamptz AS sampled_before
          FROM written
          LEFT JOIN old ON old.user_id = written.user_id
         ORDER BY written.user_id
    ))sql" +
                            write_rest(entry::kSnoozed,
                                       "'Snoozed ' || who || ' until '"
                                       " || to_char($8::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD')");
const db::Query kSet{"set_snoozes", kSetSql, false};

const std::string kEndSql = kOld + R"sql(, ended AS (
        DELETE FROM watchdxg_snooze AS z
         USING decision
         WHERE decision.outcome IS NULL
           AND z.user_id IN (SELECT user_id FROM asked)
        RETURNING z.user_id
    ), change AS (
        SELECT old.user_id AS row_id, old.user_id, old.body AS before, NULL::json AS after, old.row AS old_row,
               NULL::jsonb AS new_row, NULL::timestamptz AS sampled_before
          FROM ended
          JOIN old ON old.user_id = ended.user_id
         ORDER BY old.user_id
    ))sql" + write_rest(entry::kSnoozeEnded, "'Ended the snooze of ' || who");
const db::Query kEnd{"end_snoozes", kEndSql, false};

}  // namespace

asio::awaitable<Written> SnoozeStore::set(const WriteRequest& request, const std::vector<std::int64_t>& user_ids,
                                          const std::optional<std::string>& until) {
    if (!until) return execute_write(pool_, kEnd, request, {bigint_array(user_ids)});
    return execute_write(pool_, kSet, request, {bigint_array(user_ids), *until});
}

}  // namespace wdx::store
