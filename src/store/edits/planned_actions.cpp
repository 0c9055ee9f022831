#include "store/edits/planned_actions.hpp"

#include "base/random.hpp"
#include "db/arrays.hpp"
#include "model/signals.hpp"
#include "store/core/handle_sql.hpp"
#include "store/edits/edit_record.hpp"
#include "store/edits/row_sql.hpp"
#include "store/journal/change_events.hpp"
#include "store/journal/journal.hpp"

#include <array>
#include <iterator>

#include <fmt/format.h>

namespace wdx::store {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kLeaseBytes = 16;

const std::string kRow = planned_action_row_sql("t");

/// SQL: a handle as watchdxg_exemption has it.
std::string exempt_handle_sql(std::string_view handle) {
    return fmt::format("lower({})", plain_handle_sql(handle));
}

/// SQL over the users `u` and the row `s` of their signals: what speaks against the user at this moment.
std::string evidence_sql() {
    std::string values;
    int place = 0;
    for (const model::Signal& signal : model::all_signals())
        values += fmt::format("{}'{}', s.value[{}]", values.empty() ? "" : ", ", signal.id, ++place);
    return fmt::format(
        "CASE WHEN s.user_id IS NOT NULL THEN jsonb_build_object('risk', s.risk, 'signals',"
        " jsonb_strip_nulls(jsonb_build_object({}))) END",
        values);
}

/// CTE: each user of `target` with the reason why nothing is planned for her, or NULL.
/// @param action_type  SQL
std::string judged_sql(std::string_view from, std::string_view action_type) {
    return fmt::format(
        R"sql(judged AS MATERIALIZED (
        SELECT target.*,
               CASE WHEN x.handle IS NOT NULL THEN 'exempt'
                    WHEN p.user_id IS NOT NULL THEN 'already_planned'
                    WHEN a.user_id IS NOT NULL THEN 'already_done' END AS reason
          FROM {1}
          LEFT JOIN watchdxg_exemption AS x ON x.handle = {2}
          LEFT JOIN watchdxg_planned_action AS p
            ON p.user_id = target.user_id AND p.action_type = {0} AND p.state IN ('planned', 'claimed')
          LEFT JOIN (SELECT DISTINCT user_id FROM actions WHERE action_type = {0}) AS a ON a.user_id = target.user_id
    ))sql",
        action_type, from, exempt_handle_sql("target.handle"));
}

/// What was skipped, as JSON, or as columns.
constexpr std::array<std::string_view, 3> kReasons{"exempt", "already_planned", "already_done"};
std::string count_reasons(std::string_view one) {
    std::string counts;
    for (const std::string_view reason : kReasons) {
        if (!counts.empty()) counts += ", ";
        counts += fmt::format(fmt::runtime(one), reason);
    }
    return counts;
}

std::string plan_sql(const std::string& asked) {
    return fmt::format("{}, asked AS ({}", kWriteBegin, asked) + R"sql(
    ), target AS (
        SELECT u.id AS user_id, u.account_id, u.handle, asked.position
          FROM asked
          JOIN users AS u ON u.id = asked.user_id
    ), decision AS MATERIALIZED (
        SELECT CASE WHEN (SELECT count(*) FROM target) < (SELECT count(*) FROM asked) THEN 'unknown_users'
                    WHEN (SELECT count(*) FROM asked) <> $8::bigint THEN 'other_count'
                END AS outcome
         WHERE NOT EXISTS (SELECT FROM earlier)
    ), )sql" +
           judged_sql("decision JOIN target ON decision.outcome IS NULL", "$9::text") + R"sql(, written AS (
        INSERT INTO watchdxg_planned_action AS t (user_id, account_id, handle, action_type, state, cause, evidence,
                                                  not_before, created_at)
        SELECT judged.user_id, coalesce(judged.account_id, -1), )sql" +
           plain_handle_sql("judged.handle") + R"sql(, $9::text, 'planned', nullif($10::text, ''), )sql" +
           evidence_sql() + R"sql(, $11::timestamptz, statement_timestamp()
          FROM judged
          LEFT JOIN watchdxg_signal AS s ON s.user_id = judged.user_id
         WHERE judged.reason IS NULL
         ORDER BY judged.position
        RETURNING t.id, t.user_id, )sql" +
           kRow + R"sql( AS body, to_jsonb(t) AS row
    ), change AS (
        SELECT id AS row_id, user_id, NULL::json AS before, body AS after, NULL::jsonb AS old_row, row AS new_row,
               NULL::timestamptz AS sampled_before
          FROM written
         ORDER BY id
    ), changed AS (
        SELECT judged.account_id, written.id
          FROM written
          JOIN judged ON judged.user_id = written.user_id
    ))sql" +
           record_change_sql("planned_actions", entry::kActionPlanned, "'Planned ' || $9::text || ' for ' || who") +
           R"sql(, answer AS (
        SELECT 201 AS status,
               json_build_object('planned', count(*) FILTER (WHERE reason IS NULL), 'skipped', json_build_object()sql" +
           count_reasons("'{0}', count(*) FILTER (WHERE reason = '{0}')") + R"sql())::text AS body
          FROM judged
        HAVING EXISTS (SELECT FROM decision WHERE outcome IS NULL)
    ))sql" +
           write_end(unknown_users_sql());
}

/// CTE, beginning with a comma: entries of the journal for those of `dropped`, whose users are exempt now.
std::string dropped_log_sql(std::string_view edit_id) {
    return fmt::format(R"sql(, dropped_logged AS (
        INSERT INTO watchdxg_log (time, level, event, operator, address, request_id, user_id, before, after, edit_id)
        SELECT statement_timestamp(), 'info', '{}', {}, nullif($4::text, ''), nullif($5::text, ''), dropped.user_id,
               dropped.before::jsonb, dropped.body::jsonb, {}
          FROM dropped
    ))sql",
                       entry::kPlanCancelled, kOperatorNameSql, edit_id);
}

// A write that is no edit.
constexpr std::string_view kNoEdit = R"sql(, edited AS (
        SELECT NULL::text AS id WHERE false
    ))sql";

// $7 to $10 are the Claim, $11 is the cap, $12 are random digits.  Leases that have run out are ended for good first:
// nothing that a clock does can bring them back.  Who may not write actions gets no work: nothing of it could be
// reported. PostgreSQL wants to know the type of every parameter, also of those that are not used.
const std::string kClaimSql = std::string(kWriteBegin) + R"sql(, decision AS MATERIALIZED (
        SELECT CASE WHEN NOT has_table_privilege('actions', 'INSERT')
                      OR NOT coalesce(has_sequence_privilege(pg_get_serial_sequence('actions', 'id'), 'USAGE'), true)
                    THEN 'no_right' END AS outcome
         WHERE NOT EXISTS (SELECT FROM earlier)
           AND concat($4::text, $5::text, $6::text) IS NOT NULL
    ), lapsed AS (
        UPDATE watchdxg_action_attempt AS t
           SET has_lapsed = true
          FROM decision
         WHERE decision.outcome IS NULL
           AND t.outcome IS NULL
           AND NOT t.has_lapsed
           AND t.lease_until <= statement_timestamp()
        RETURNING t.lease
    ), today AS MATERIALIZED (
        SELECT account_id, action_type, count(*) AS n
          FROM watchdxg_action_attempt
         WHERE claimed_at >= date_trunc('day', statement_timestamp() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
           AND NOT has_lapsed
           AND (outcome IS NOT NULL OR lease_until > statement_timestamp())
         GROUP BY account_id, action_type
    ), crowded AS (
        SELECT DISTINCT t.account_id, t.action_type
          FROM watchdxg_planned_action AS t, decision
         WHERE decision.outcome IS NULL
           AND t.state IN ('planned', 'claimed')
           AND ($10::text[] IS NULL OR t.action_type = ANY ($10::text[]))
    ), chosen AS MATERIALIZED (
        SELECT w.id, w.handle, encode(sha256(convert_to($12::text || w.id, 'UTF8')), 'hex') AS lease
          FROM crowded AS c
          LEFT JOIN today AS d ON d.account_id = c.account_id AND d.action_type = c.action_type
         CROSS JOIN LATERAL (SELECT t.id, )sql" +
                              plain_handle_sql("u.handle") + R"sql( AS handle
                               FROM watchdxg_planned_action AS t
                               JOIN users AS u ON u.id = t.user_id AND u.handle <> ''
                              WHERE t.account_id = c.account_id
                                AND t.action_type = c.action_type
                                AND t.state IN ('planned', 'claimed')
                                AND )sql" +
                              std::string(kWaitsForWorker) + R"sql(
                                AND (t.not_before IS NULL OR t.not_before <= statement_timestamp())
                                AND NOT )sql" +
                              is_exempt_sql() + R"sql(
                              ORDER BY t.id
                              LIMIT greatest($11::bigint - coalesce(d.n, 0), 0)) AS w
         ORDER BY w.id
         LIMIT $8::bigint
    ), claimed AS (
        UPDATE watchdxg_planned_action AS t
           SET state = 'claimed', handle = chosen.handle, attempts = t.attempts + (t.state = 'planned')::integer,
               worker = $7::text, lease = chosen.lease, lease_until = statement_timestamp() + $9::bigint * interval '1 second'
          FROM chosen
         WHERE t.id = chosen.id
        RETURNING t.id, t.account_id, t.action_type, t.lease, t.lease_until,
                  )sql" + claimed_action_row_sql("t") +
                              R"sql( AS body
    ), attempted AS (
        INSERT INTO watchdxg_action_attempt (lease, planned_action_id, account_id, action_type, claimed_at, lease_until)
        SELECT lease, id, account_id, action_type, statement_timestamp(), lease_until FROM claimed
    ), released AS (
        UPDATE watchdxg_planned_action AS t
           SET state = CASE WHEN )sql" +
                              is_exempt_sql() + R"sql( THEN 'cancelled' ELSE 'planned' END,
               finished_at = CASE WHEN )sql" +
                              is_exempt_sql() + R"sql( THEN statement_timestamp() END,
               attempts = t.attempts - 1, worker = NULL, lease = NULL, lease_until = NULL
          FROM decision, watchdxg_planned_action AS o
         WHERE decision.outcome IS NULL
           AND t.state = 'claimed'
           AND t.lease_until <= statement_timestamp()
           AND t.id NOT IN (SELECT id FROM chosen)
           AND o.id = t.id
        RETURNING t.id, t.user_id, t.account_id, t.state, )sql" +
                              planned_action_row_sql("o") + " AS before, " + kRow + R"sql( AS body
    ), dropped AS (
        SELECT id, user_id, account_id, before, body FROM released WHERE state = 'cancelled'
    ))sql" + dropped_log_sql("NULL::text") +
                              R"sql(, changed AS (
        SELECT nullif(account_id, -1) AS account_id, id FROM claimed
         UNION ALL
        SELECT nullif(account_id, -1), id FROM dropped
    ))sql" + std::string(kNoEdit) +
                              change_events_sql(std::array{ChangedTable{"planned_actions", "changed"}}, "NULL::text") +
                              R"sql(, answer AS (
        SELECT 200 AS status, coalesce(json_agg(body ORDER BY id), '[]')::text AS body
          FROM claimed
        HAVING EXISTS (SELECT FROM decision WHERE outcome IS NULL)
    ))sql" + write_end(kNothingNamed);
const db::Query kClaim{"claim_planned_actions", kClaimSql, false};

// What is done has its row in actions; a failure must not ask for the right to write there.
const std::string kRecorded = R"sql(, recorded AS (
        INSERT INTO actions AS a (user_id, action_type, timestamp, notes)
        SELECT old.user_id, old.action_type, statement_timestamp(), $10::text
          FROM old
          JOIN decision ON decision.outcome IS NULL AND NOT decision.is_repeated
          JOIN users AS u ON u.id = old.user_id
        RETURNING a.id
    ))sql";
const std::string kNothingRecorded = ", recorded AS (SELECT NULL::bigint AS id WHERE false)";

// $7 is the planned action, $8 to $10 are the Result, $11 is how often it is tried.
std::string report_sql(bool is_done) {
    return std::string(kWriteBegin) + R"sql(, attempt AS MATERIALIZED (
        SELECT a.lease, a.outcome, a.response
          FROM watchdxg_action_attempt AS a
         WHERE a.lease = $8::text
           AND a.planned_action_id = $7::bigint
           AND NOT EXISTS (SELECT FROM earlier)
    ), old AS MATERIALIZED (
        SELECT t.*, )sql" +
           kRow +
           R"sql( AS body,
               t.state = 'claimed' AND t.lease = $8::text AND t.lease_until > statement_timestamp() AS has_it,
               CASE WHEN $9::text = 'done' THEN 'done'
                    WHEN t.attempts >= $11::bigint THEN 'failed'
                    WHEN )sql" +
           is_exempt_sql() + R"sql( THEN 'cancelled'
                    ELSE 'planned' END AS next
          FROM watchdxg_planned_action AS t
         WHERE t.id = $7::bigint
           AND NOT EXISTS (SELECT FROM earlier)
           FOR UPDATE
    ), decision AS MATERIALIZED (
        SELECT CASE WHEN NOT EXISTS (SELECT FROM old) THEN 'no_row'
                    WHEN EXISTS (SELECT FROM attempt WHERE outcome = $9::text) THEN NULL
                    WHEN NOT EXISTS (SELECT FROM old WHERE has_it) THEN 'other_state' END AS outcome,
               EXISTS (SELECT FROM attempt WHERE outcome = $9::text) AS is_repeated
         WHERE NOT EXISTS (SELECT FROM earlier)
    ))sql" +
           (is_done ? kRecorded : kNothingRecorded) + R"sql(, written AS (
        UPDATE watchdxg_planned_action AS t
           SET state = old.next, worker = CASE WHEN old.next <> 'planned' THEN t.worker END,
               finished_at = CASE WHEN old.next <> 'planned' THEN statement_timestamp() END, lease = NULL, lease_until = NULL, notes = $10::text
          FROM old, decision
         WHERE t.id = old.id
           AND decision.outcome IS NULL
           AND NOT decision.is_repeated
        RETURNING t.id, t.user_id, nullif(t.account_id, -1) AS account_id, old.body AS before, )sql" +
           kRow + R"sql( AS body
    ), reported AS (
        UPDATE watchdxg_action_attempt AS t
           SET outcome = $9::text, response = written.body::text
          FROM written
         WHERE t.lease = $8::text
    ), logged AS (
        INSERT INTO watchdxg_log (time, level, event, operator, address, request_id, user_id, before, after)
        SELECT statement_timestamp(), 'info', CASE $9::text WHEN 'done' THEN ')sql" +
           std::string(entry::kPlanDone) + "' ELSE '" + std::string(entry::kPlanFailed) + "' END, " +
           std::string(kOperatorNameSql) +
           R"sql(, nullif($4::text, ''), nullif($5::text, ''), user_id, before::jsonb,
               body::jsonb
          FROM written
    ), recorded_change AS (
        SELECT written.account_id, recorded.id FROM recorded, written
    ), changed AS (
        SELECT account_id, id FROM written
    ))sql" +
           std::string(kNoEdit) +
           change_events_sql(
               std::array{ChangedTable{"actions", "recorded_change"}, ChangedTable{"planned_actions", "changed"}},
               "NULL::text") +
           R"sql(, answer AS (
        SELECT 200 AS status, body::text AS body FROM written
         UNION ALL
        SELECT 200, attempt.response FROM attempt, decision WHERE decision.is_repeated
    ))sql" +
           write_end(kNothingNamed);
}
const std::string kReportDoneSql = report_sql(true);
const std::string kReportFailedSql = report_sql(false);
const db::Query kReportDone{"report_done_action", kReportDoneSql};
const db::Query kReportFailed{"report_failed_action", kReportFailedSql};

/// CTEs from `target`, the rows that are to be cancelled, on.
std::string cancel_rest(std::string_view summary) {
    return R"sql(, written AS (
        UPDATE watchdxg_planned_action AS t
           SET state = 'cancelled', attempts = t.attempts - (t.state = 'claimed')::integer, worker = NULL, lease = NULL,
               lease_until = NULL, finished_at = statement_timestamp()
          FROM target
         WHERE t.id = target.id
        RETURNING t.id, t.user_id, target.body AS old_body, target.row AS old_row, )sql" +
           kRow + R"sql( AS body, to_jsonb(t) AS row
    ), change AS (
        SELECT id AS row_id, user_id, old_body AS before, body AS after, old_row, row AS new_row,
               NULL::timestamptz AS sampled_before
          FROM written
         ORDER BY id
    ), changed AS (
        SELECT (SELECT u.account_id FROM users AS u WHERE u.id = written.user_id) AS account_id, id FROM written
    ))sql" +
           record_change_sql("planned_actions", entry::kPlanCancelled, summary);
}

// $7 is the planned action; unless $8, nothing is changed.
const std::string kCancelSql = std::string(kWriteBegin) + R"sql(, old AS MATERIALIZED (
        SELECT t.id, CASE WHEN )sql" +
                               std::string(kWaitsForWorker) + R"sql( THEN 'planned' ELSE t.state END AS state, )sql" +
                               kRow + R"sql( AS body, to_jsonb(t) AS row
          FROM watchdxg_planned_action AS t
         WHERE t.id = $7::bigint
           AND NOT EXISTS (SELECT FROM earlier)
    ), decision AS MATERIALIZED (
        SELECT CASE WHEN NOT EXISTS (SELECT FROM old) THEN 'no_row'
                    WHEN $8::boolean AND EXISTS (SELECT FROM old WHERE state NOT IN ('planned', 'cancelled'))
                    THEN 'other_state'
                END AS outcome
         WHERE NOT EXISTS (SELECT FROM earlier)
    ), target AS (
        SELECT old.id, old.body, old.row
          FROM old, decision
         WHERE decision.outcome IS NULL
           AND $8::boolean
           AND old.state = 'planned'
    ))sql" + cancel_rest("'Cancelled a planned action about ' || who") +
                               R"sql(, answer AS (
        SELECT 200 AS status, body::text AS body FROM written
         UNION ALL
        SELECT 200, body::text FROM old WHERE state = 'cancelled' OR NOT $8::boolean
    ))sql" + write_end("(SELECT state FROM old), 0::bigint");
const db::Query kCancel{"cancel_planned_action", kCancelSql};

// $7 is the action type, $8 the X account; NULL: any.
const std::string kCancelAllSql = std::string(kWriteBegin) + R"sql(, decision AS MATERIALIZED (
        SELECT NULL::text AS outcome WHERE NOT EXISTS (SELECT FROM earlier)
    ), target AS (
        SELECT t.id, )sql" + kRow +
                                  R"sql( AS body, to_jsonb(t) AS row
          FROM watchdxg_planned_action AS t, decision
         WHERE )sql" + std::string(kWaitsForWorker) +
                                  R"sql(
           AND ($7::text IS NULL OR t.action_type = $7::text)
           AND ($8::bigint IS NULL OR t.account_id = $8::bigint)
    ))sql" + cancel_rest("'Cancelled what was planned for ' || who") +
                                  R"sql(, answer AS (
        SELECT 200 AS status, json_build_object('cancelled', (SELECT count(*) FROM written))::text AS body
          FROM decision
    ))sql" + write_end(kNothingNamed);
const db::Query kCancelAll{"cancel_planned_actions", kCancelAllSql, false};

}  // namespace

std::string cancel_exempt_sql(std::string_view added) {
    return fmt::format(
               R"sql(, dropped AS (
        UPDATE watchdxg_planned_action AS t
           SET state = 'cancelled', attempts = t.attempts - (t.state = 'claimed')::integer, worker = NULL, lease = NULL,
               lease_until = NULL, finished_at = statement_timestamp()
          FROM {added} AS x, watchdxg_planned_action AS o
         WHERE {waits}
           AND o.id = t.id
           AND (x.handle = {planned} OR EXISTS (SELECT FROM users AS u WHERE u.id = t.user_id AND x.handle = {present}))
        RETURNING t.id, t.user_id, t.account_id, {before} AS before, {after} AS body
    ), dropped_change AS (
        SELECT nullif(account_id, -1) AS account_id, id FROM dropped
    ), exemption_change AS (
        SELECT NULL::integer AS account_id, row_id AS id FROM change
    ))sql",
               fmt::arg("added", added), fmt::arg("waits", kWaitsForWorker),
               fmt::arg("planned", exempt_handle_sql("t.handle")), fmt::arg("present", exempt_handle_sql("u.handle")),
               fmt::arg("before", planned_action_row_sql("o")), fmt::arg("after", planned_action_row_sql("t"))) +
           dropped_log_sql("(SELECT id FROM edit)") +
           change_events_sql(std::array{ChangedTable{"exemptions", "exemption_change"},
                                        ChangedTable{"planned_actions", "dropped_change"}});
}

std::string is_exempt_sql() {
    return fmt::format(
        "(EXISTS (SELECT FROM watchdxg_exemption AS x WHERE x.handle = {})"
        " OR EXISTS (SELECT FROM users AS h JOIN watchdxg_exemption AS x ON x.handle = {} WHERE h.id = t.user_id))",
        exempt_handle_sql("t.handle"), exempt_handle_sql("h.handle"));
}

asio::awaitable<Written> PlannedActionStore::plan(const WriteRequest& request, const ChosenUsers& users,
                                                  const NewPlan& plan) {
    std::vector<db::Param> values{ids_param(users), users.expected_count, plan.action_type, plan.cause,
                                  plan.not_before};
    AskedSql asked = asked_sql(users, kFirstOwnParam + values.size(), true);
    const std::string sql = plan_sql(asked.sql);
    const db::Query query{"plan_actions", sql, false};
    std::move(asked.params.begin(), asked.params.end(), std::back_inserter(values));
    co_return co_await execute_write(pool_, query, request, std::move(values));
}

ListSql PlannedActionStore::skipped_sql(const ChosenUsers& users, const std::string& action_type) {
    ListSql sql = chosen_users_sql(users);
    sql.params.emplace_back(action_type);
    sql.sql = fmt::format(
        "WITH target AS MATERIALIZED (SELECT u.id AS user_id, u.handle FROM ({}) AS c JOIN users AS u ON u.id ="
        " c.user_id), {} SELECT {} FROM judged",
        sql.sql, judged_sql("target", fmt::format("${}::text", sql.params.size())),
        count_reasons("count(*) FILTER (WHERE reason = '{0}')"));
    return sql;
}

// Reads the columns in the order of kReasons.
SkippedPlans PlannedActionStore::read_skipped(const db::Rows& rows) {
    const db::Row row = rows.front();
    return {.exempt = row.integer(0), .already_planned = row.integer(1), .already_done = row.integer(2)};
}

asio::awaitable<Written> PlannedActionStore::claim(const WriteRequest& request, const Claim& claim,
                                                   std::int64_t daily_cap) {
    std::optional<std::string> types;
    if (claim.action_types) types = db::text_array(*claim.action_types);
    std::vector<db::Param> values{claim.worker, claim.limit, claim.lease_seconds,
                                  types,        daily_cap,   base::random_hex(kLeaseBytes)};
    co_return co_await execute_write(pool_, kClaim, request, std::move(values));
}

asio::awaitable<Written> PlannedActionStore::report(const WriteRequest& request, std::int64_t id, const Result& result,
                                                    std::int64_t most_attempts) {
    return execute_write(pool_, result.is_done ? kReportDone : kReportFailed, request,
                         {id, result.lease, result.is_done ? "done" : "failed", result.notes, most_attempts});
}

asio::awaitable<Written> PlannedActionStore::cancel(const WriteRequest& request, std::int64_t id, bool cancels) {
    return execute_write(pool_, kCancel, request, {id, cancels});
}

asio::awaitable<Written> PlannedActionStore::cancel_all(const WriteRequest& request,
                                                        const std::optional<std::string>& action_type,
                                                        std::optional<std::int64_t> account) {
    return execute_write(pool_, kCancelAll, request, {action_type, account});
}

}  // namespace wdx::store
