#include "store/edits/edits.hpp"

#include "store/edits/edit_record.hpp"
#include "store/edits/planned_actions.hpp"
#include "store/edits/row_sql.hpp"
#include "store/journal/change_events.hpp"
#include "store/journal/journal.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <fmt/format.h>

namespace wdx::store {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kPlansName = "planned_actions";
constexpr std::string_view kExemptionsName = "exemptions";
/// What an undo says of an edit that was undone already.
constexpr std::string_view kUndoneNamed = "(SELECT undone_by FROM undone), 0::bigint";

constexpr db::Query kFindTable{"find_edit_table", R"sql(
    SELECT table_name
      FROM watchdxg_edit
     WHERE id = $1::text)sql"};

// Edits first, so that none loses a part of its rows; these have no edit then that is as old as they are.
constexpr db::Query kPruneEdits{"prune_edits", R"sql(
    DELETE FROM watchdxg_edit
     WHERE id = ANY (ARRAY(SELECT id
                             FROM watchdxg_edit
                            WHERE at < now() - make_interval(secs => $1::double precision)
                            ORDER BY id
                            LIMIT $2::bigint)))sql"};
constexpr db::Query kPruneEditedRows{"prune_edited_rows", R"sql(
    DELETE FROM watchdxg_edited_row
     WHERE ctid = ANY (ARRAY(SELECT r.ctid
                               FROM watchdxg_edited_row AS r
                              WHERE r.edit_id < coalesce((SELECT min(id) FROM watchdxg_edit), 'g')
                              LIMIT $1::bigint)))sql"};

// $7 is the edit that is taken back.  Its rows are joined with tables alone, by their keys: PostgreSQL cannot know how
// many an edit has, and would go through all of them for each when one common table expression is joined with another.
const std::string kBegin = std::string(kWriteBegin) + R"sql(, undone AS MATERIALIZED (
        SELECT e.id, e.kind, e.table_name, e.summary, e.undone_by
          FROM watchdxg_edit AS e
         WHERE e.id = $7::text
           AND NOT EXISTS (SELECT FROM earlier)
           FOR UPDATE
    ), decision AS MATERIALIZED (
        SELECT CASE WHEN NOT EXISTS (SELECT FROM undone) THEN 'no_row'
                    WHEN EXISTS (SELECT FROM undone WHERE undone_by IS NOT NULL) THEN 'already_undone' END AS outcome
         WHERE NOT EXISTS (SELECT FROM earlier)
    ))sql";

// Rows that the core changes at this moment are waited for; `plan` has a reason where a row stays as it is.  What the
// core inserts at this moment is left alone, too: it is not among the `restored`.
constexpr std::string_view kRestore = R"sql(, locked AS MATERIALIZED (
        SELECT r.row_id, r.user_id, r.before, r.after, r.sampled_before, to_jsonb(c) AS present
          FROM watchdxg_edited_row AS r
          JOIN {table} AS c ON c.{key} = r.row_id
         WHERE r.edit_id = $7::text
           AND EXISTS (SELECT FROM decision WHERE outcome IS NULL)
         ORDER BY c.{key}
           FOR UPDATE OF c
    ), found AS MATERIALIZED (
        SELECT row_id, user_id, before, after, sampled_before, present FROM locked
         UNION ALL
        SELECT r.row_id, r.user_id, r.before, r.after, r.sampled_before, NULL
          FROM watchdxg_edited_row AS r
         WHERE r.edit_id = $7::text
           AND EXISTS (SELECT FROM decision WHERE outcome IS NULL)
           AND r.row_id NOT IN (SELECT row_id FROM locked)
    ), plan AS MATERIALIZED (
        SELECT row_id, user_id, before, after, sampled_before,
               CASE WHEN found.user_id IS NOT NULL AND (SELECT u.id FROM users AS u WHERE u.id = found.user_id) IS NULL
                    THEN 'gone'
                    WHEN after IS NOT NULL AND present IS NULL THEN 'gone'
                    WHEN after IS DISTINCT FROM present THEN 'changed' END AS reason
          FROM found
    ), deleted AS (
        DELETE FROM {table} AS c
         USING plan
         WHERE c.{key} = plan.row_id
           AND plan.reason IS NULL
           AND plan.before IS NULL
        RETURNING plan.row_id, plan.user_id, plan.after AS old_row, NULL::jsonb AS new_row, plan.sampled_before
    ), updated AS (
        UPDATE {table} AS c
           SET ({columns}) = (SELECT {columns} FROM jsonb_populate_record(NULL::{table}, plan.before))
          FROM plan
         WHERE c.{key} = plan.row_id
           AND plan.reason IS NULL
           AND plan.before IS NOT NULL
           AND plan.after IS NOT NULL
        RETURNING plan.row_id, plan.user_id, plan.after AS old_row, plan.before AS new_row, plan.sampled_before
    ), inserted AS (
        INSERT INTO {table} AS c OVERRIDING SYSTEM VALUE
        SELECT was.*
          FROM plan
         CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, plan.before) AS was
         WHERE plan.reason IS NULL
           AND plan.after IS NULL
         ORDER BY plan.row_id
            ON CONFLICT DO NOTHING
        RETURNING c.{key} AS row_id, {user}, NULL::jsonb AS old_row, to_jsonb(c) AS new_row,
                  (SELECT r.sampled_before
                     FROM watchdxg_edited_row AS r
                    WHERE r.edit_id = $7::text
                      AND r.row_id = c.{key})
    ), restored AS (
        SELECT * FROM deleted UNION ALL SELECT * FROM updated UNION ALL SELECT * FROM inserted
    ), change AS (
        SELECT row_id, user_id, old_row, new_row, {mark} AS sampled_before,
               CASE WHEN old_row IS NOT NULL
                    THEN (SELECT {body} FROM jsonb_populate_record(NULL::{table}, old_row) AS c) END AS before,
               CASE WHEN new_row IS NOT NULL
                    THEN (SELECT {body} FROM jsonb_populate_record(NULL::{table}, new_row) AS c) END AS after
          FROM restored
         ORDER BY row_id
    ), changed AS (
        SELECT (SELECT u.account_id FROM users AS u WHERE u.id = restored.user_id) AS account_id, row_id AS id
          FROM restored
    ))sql";

// Of a planned action only that it was planned, or cancelled, is taken back: what a worker has stays with it.
const std::string kRestorePlans = fmt::format(
    R"sql(, found AS MATERIALIZED (
        SELECT r.row_id, r.user_id, r.before, r.after, r.sampled_before, to_jsonb(t) AS present,
               CASE WHEN {0} THEN 'planned' ELSE t.state END AS state,
               r.before IS NULL OR r.before ->> 'state' = 'cancelled' AS is_cancelling,
               EXISTS (SELECT FROM actions AS a WHERE a.user_id = t.user_id AND a.action_type = t.action_type) AS is_done,
               EXISTS (SELECT FROM watchdxg_planned_action AS o
                        WHERE o.user_id = t.user_id AND o.action_type = t.action_type AND o.id <> t.id
                          AND o.state IN ('planned', 'claimed')) AS is_replaced,
               {1} AS is_exempt
          FROM watchdxg_edited_row AS r
          LEFT JOIN watchdxg_planned_action AS t ON t.id = r.row_id
         WHERE r.edit_id = $7::text
           AND EXISTS (SELECT FROM decision WHERE outcome IS NULL)
    ), plan AS MATERIALIZED (
        SELECT row_id, user_id, is_cancelling,
               CASE WHEN present IS NULL OR NOT EXISTS (SELECT FROM users AS u WHERE u.id = found.user_id) THEN 'gone'
                    WHEN is_cancelling AND state IN ('claimed', 'done') THEN state
                    WHEN is_cancelling AND state <> 'planned' THEN 'changed'
                    WHEN is_cancelling THEN NULL
                    WHEN is_done THEN 'done'
                    WHEN after IS DISTINCT FROM present OR is_replaced OR is_exempt THEN 'changed' END AS reason
          FROM found
    ), written AS (
        UPDATE watchdxg_planned_action AS t
           SET state = CASE WHEN plan.is_cancelling THEN 'cancelled' ELSE 'planned' END,
               attempts = t.attempts - (t.state = 'claimed')::integer, worker = NULL, lease = NULL, lease_until = NULL,
               finished_at = CASE WHEN plan.is_cancelling THEN statement_timestamp() END
          FROM plan
         WHERE t.id = plan.row_id
           AND plan.reason IS NULL
        RETURNING plan.row_id, plan.user_id, to_jsonb(t) AS new_row, {2} AS after
    ), restored AS (
        SELECT written.row_id, written.user_id, found.present AS old_row, written.new_row, written.after,
               found.sampled_before
          FROM written
          JOIN found ON found.row_id = written.row_id
    ), change AS (
        SELECT row_id, user_id, old_row, new_row, NULL::timestamptz AS sampled_before,
               (SELECT {2} FROM jsonb_populate_record(NULL::watchdxg_planned_action, old_row) AS t) AS before, after
          FROM restored
         ORDER BY row_id
    ), changed AS (
        SELECT (SELECT u.account_id FROM users AS u WHERE u.id = restored.user_id) AS account_id, row_id AS id
          FROM restored
    ))sql",
    kWaitsForWorker, is_exempt_sql(), planned_action_row_sql("t"));

// Exemptions that are there again.
constexpr std::string_view kExemptAgain = R"sql(, exempt_again AS (
        SELECT new_row ->> 'handle' AS handle FROM restored WHERE new_row IS NOT NULL
    ))sql";

// The mark of a verdict goes and comes back with it.
constexpr std::string_view kMark =
    "(SELECT m.sampled_at FROM watchdxg_sampled_verdict AS m WHERE m.user_id = restored.row_id)";
constexpr std::string_view kRestoreMarks = R"sql(, unmarked AS (
        DELETE FROM watchdxg_sampled_verdict AS m
         USING restored
         WHERE m.user_id = restored.row_id
           AND restored.sampled_before IS NULL
    ), marked AS (
        INSERT INTO watchdxg_sampled_verdict (user_id, sampled_at)
        SELECT row_id, sampled_before
          FROM restored
         WHERE sampled_before IS NOT NULL
            ON CONFLICT (user_id) DO UPDATE SET sampled_at = EXCLUDED.sampled_at
    ))sql";

const std::string kEnd = fmt::format(R"sql(, edited AS (
        INSERT INTO watchdxg_edit (id, at, operator, kind, table_name, users, summary, undoes)
        SELECT edit.id, statement_timestamp(), {0}, CASE undone.kind WHEN '{1}' THEN '{2}' ELSE '{1}' END,
               undone.table_name, counted.users,
               CASE undone.kind WHEN '{1}' THEN 'Redone: ' ELSE 'Undone: ' END
               || CASE WHEN undone.kind IN ('{1}', '{2}') THEN regexp_replace(undone.summary, '^[A-Z][a-z]+: ', '')
                       ELSE undone.summary END,
               undone.id
          FROM edit, undone, (SELECT count(DISTINCT user_id) AS users FROM change HAVING count(*) > 0) AS counted
        RETURNING id
    ), taken_back AS (
        UPDATE watchdxg_edit AS e
           SET undone_by = edited.id
          FROM edited
         WHERE e.id = $7::text
    ), answer AS (
        SELECT 200 AS status,
               json_build_object('edit_id', (SELECT id FROM edited), 'reverted', (SELECT count(*) FROM restored),
                                 'skipped', coalesce((SELECT json_agg(json_build_object('user_id', plan.user_id, 'reason',
                                                                                        coalesce(plan.reason, 'changed'))
                                                                      ORDER BY plan.row_id)
                                                        FROM plan
                                                       WHERE plan.row_id NOT IN (SELECT row_id FROM restored)),
                                                     '[]'))::text AS body
          FROM decision
         WHERE outcome IS NULL
    ))sql",
                                     kOperatorNameSql, kEditUndone, kEditRedone);

/// A table that edits write.
struct EditedTable {
    std::string_view name;  ///< as events name it
    std::string_view table;
    std::string_view key;
    std::string_view columns;  ///< those that a write changes
    std::string (*body)(std::string_view row);
    std::string_view written;  ///< kind of the journal's entry of a row that is there again, or has its old values
    std::string_view removed;
    bool has_marks = false;
    std::string_view user = "c.user_id";  ///< SQL: the X user that a row is about
};
constexpr std::array kEditedTables{
    EditedTable{"classification", "classification", "user_id", "harmful, inactive, classified_at, notes",
                &verdict_row_sql, entry::kClassificationChanged, entry::kClassificationDeleted, true},
    EditedTable{"actions", "actions", "id", "action_type, timestamp, notes", &action_row_sql, entry::kActionChanged,
                entry::kActionDeleted},
    EditedTable{"snoozes", "watchdxg_snooze", "user_id", "until, created_at", &snooze_row_sql, entry::kSnoozed,
                entry::kSnoozeEnded},
    EditedTable{"exemptions", "watchdxg_exemption", "id", "handle, created_at", &exemption_row_sql, entry::kExempted,
                entry::kExemptionEnded, false, "NULL::bigint"},
};

std::string undo_sql(const EditedTable& one) {
    const std::string added =
        one.name == "actions" ? fmt::format(" WHEN change.before IS NULL THEN '{}'", entry::kActionAdded) : "";
    const std::string kind =
        fmt::format("CASE WHEN change.after IS NULL THEN '{}'{} ELSE '{}' END", one.removed, added, one.written);
    return kBegin +
           fmt::format(fmt::runtime(kRestore), fmt::arg("table", one.table), fmt::arg("key", one.key),
                       fmt::arg("columns", one.columns), fmt::arg("body", one.body("c")),
                       fmt::arg("mark", one.has_marks ? kMark : "NULL::timestamptz"), fmt::arg("user", one.user)) +
           std::string(one.has_marks ? kRestoreMarks : "") + kEnd + edited_rows_sql() + change_log_sql(kind) +
           (one.name == kExemptionsName ? std::string(kExemptAgain) + cancel_exempt_sql("exempt_again")
                                        : change_events_sql(std::array{ChangedTable{one.name, "changed"}})) +
           write_end(kUndoneNamed);
}

std::string undo_plans_sql() {
    const std::string kind = fmt::format("CASE change.new_row ->> 'state' WHEN 'cancelled' THEN '{}' ELSE '{}' END",
                                         entry::kPlanCancelled, entry::kActionPlanned);
    return kBegin + kRestorePlans + kEnd + edited_rows_sql() + change_log_sql(kind) +
           change_events_sql(std::array{ChangedTable{kPlansName, "changed"}}) + write_end(kUndoneNamed);
}

/// @param table  as events name it
std::string undo_sql(std::string_view table) {
    if (table == kPlansName) return undo_plans_sql();
    for (const EditedTable& one : kEditedTables)
        if (one.name == table) return undo_sql(one);
    throw std::logic_error(fmt::format("an edit of an unknown table: {}", table));
}

}  // namespace

std::size_t EditStore::add_find_table(db::Batch& batch, const std::string& id) {
    return batch.add(kFindTable, {id});
}

std::optional<std::string> EditStore::read_table(const db::Rows& rows) {
    if (rows.empty()) return std::nullopt;
    return std::string(rows.front().text(0));
}

asio::awaitable<Written> EditStore::undo(const WriteRequest& request, const std::string& id, std::string_view table) {
    const std::string sql = undo_sql(table);
    const db::Query query{"undo_edit", sql, false};
    std::vector<db::Param> values{id};
    co_return co_await execute_write(pool_, query, request, std::move(values));
}

asio::awaitable<std::int64_t> EditStore::prune(std::chrono::seconds retention) {
    db::Batch batch;
    const std::size_t edits = batch.add(kPruneEdits, {static_cast<std::int64_t>(retention.count()), kPruneRows});
    const std::size_t rows = batch.add(kPruneEditedRows, {kPruneRows});
    co_await pool_.execute(batch, db::Work::write);
    co_return std::max(batch.rows(edits).affected(), batch.rows(rows).affected());
}

}  // namespace wdx::store
