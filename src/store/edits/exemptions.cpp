#include "store/edits/exemptions.hpp"

#include "store/edits/edit_record.hpp"
#include "store/edits/planned_actions.hpp"
#include "store/edits/row_sql.hpp"
#include "store/journal/journal.hpp"

namespace wdx::store {
namespace {

namespace asio = boost::asio;

const std::string kRow = exemption_row_sql("x");

// $7 is the handle; lower() is PostgreSQL's on both sides.
const std::string kOld = std::string(kWriteBegin) + R"sql(, old AS MATERIALIZED (
        SELECT x.id, )sql" +
                         kRow + R"sql( AS body, to_jsonb(x) AS row
          FROM watchdxg_exemption AS x
         WHERE x.handle = lower($7::text)
           AND NOT EXISTS (SELECT FROM earlier)
    ))sql";

const std::string kAddSql = kOld + R"sql(, decision AS MATERIALIZED (
        SELECT NULL::text AS outcome WHERE NOT EXISTS (SELECT FROM earlier)
    ), written AS (
        INSERT INTO watchdxg_exemption AS x (handle, created_at)
        SELECT lower($7::text), statement_timestamp()
          FROM decision
         WHERE NOT EXISTS (SELECT FROM old)
        RETURNING x.id, x.handle, )sql" +
                            kRow + R"sql( AS body, to_jsonb(x) AS row
    ), change AS (
        SELECT id AS row_id, NULL::bigint AS user_id, NULL::json AS before, body AS after, NULL::jsonb AS old_row,
               row AS new_row, NULL::timestamptz AS sampled_before
          FROM written
    ))sql" + edit_sql("exemptions", entry::kExempted, "'Exempted @' || lower($7::text)") +
                            edited_rows_sql() + change_log_sql("'" + std::string(entry::kExempted) + "'") +
                            cancel_exempt_sql("written") + R"sql(, answer AS (
        SELECT 201 AS status, body::text AS body FROM written
         UNION ALL
        SELECT 200, body::text FROM old
    ))sql" + write_end(kNothingNamed);
const db::Query kAdd{"add_exemption", kAddSql};

const std::string kRemoveSql = kOld + R"sql(, decision AS MATERIALIZED (
        SELECT CASE WHEN NOT EXISTS (SELECT FROM old) THEN 'no_row' END AS outcome
         WHERE NOT EXISTS (SELECT FROM earlier)
    ), removed AS (
        DELETE FROM watchdxg_exemption AS x
         USING decision
         WHERE decision.outcome IS NULL
           AND x.id IN (SELECT id FROM old)
        RETURNING x.id
    ), change AS (
        SELECT old.id AS row_id, NULL::bigint AS user_id, old.body AS before, NULL::json AS after, old.row AS old_row,
               NULL::jsonb AS new_row, NULL::timestamptz AS sampled_before
          FROM removed
          JOIN old ON old.id = removed.id
    ), changed AS (
        SELECT NULL::integer AS account_id, row_id AS id FROM change
    ))sql" + record_change_sql("exemptions", entry::kExemptionEnded, "'Ended the exemption of @' || lower($7::text)") +
                               R"sql(, answer AS (
        SELECT 204 AS status, '' AS body FROM removed
    ))sql" + write_end(kNothingNamed);
const db::Query kRemove{"remove_exemption", kRemoveSql};

}  // namespace

asio::awaitable<Written> ExemptionStore::add(const WriteRequest& request, const std::string& handle) {
    return execute_write(pool_, kAdd, request, {handle});
}

asio::awaitable<Written> ExemptionStore::remove(const WriteRequest& request, const std::string& handle) {
    return execute_write(pool_, kRemove, request, {handle});
}

}  // namespace wdx::store
