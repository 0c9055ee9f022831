#include "store/edits/classifications.hpp"

#include "base/json_writer.hpp"
#include "store/core/draws.hpp"
#include "store/edits/edit_record.hpp"
#include "store/edits/row_sql.hpp"
#include "store/journal/journal.hpp"

#include <fmt/format.h>

namespace wdx::store {
namespace {

namespace asio = boost::asio;

const std::string kRow = verdict_row_sql("c");
/// Users who are named.
const std::string kNamed = asked_sql({}, 0, false).sql;

const std::string kFindSql = "SELECT found.body, " + etag_sql("found.body") + R"sql(
      FROM (SELECT CASE WHEN c.user_id IS NOT NULL THEN )sql" +
                             kRow + R"sql(::text END AS body
              FROM users AS u
              LEFT JOIN classification AS c ON c.user_id = u.id
             WHERE u.id = $1::bigint) AS found)sql";
const db::Query kFind{"find_classification", kFindSql};

// $7 and $8 are the users, as `asked_sql` has them.  Rows of the core's making that are changed at this moment are
// waited for; `old_rows` is there to be read before anything is changed: a row that this statement has changed can no
// longer be locked.
const std::string kOld = R"sql(), target AS (
        SELECT u.id AS user_id, u.account_id
          FROM asked
          JOIN users AS u ON u.id = asked.user_id
    ), locked AS (
        SELECT c.*
          FROM asked
          JOIN classification AS c ON c.user_id = asked.user_id
         ORDER BY c.user_id
           FOR UPDATE OF c
    ), shown AS (
        SELECT c.user_id, )sql" +
                         kRow + R"sql( AS body, to_jsonb(c) AS row
          FROM locked AS c
    ), old AS MATERIALIZED (
        SELECT user_id, body, row, )sql" +
                         etag_sql("body::text") + R"sql( AS etag
          FROM shown
    ))sql";

/// @param asked  the SELECT of `asked_sql`
std::string begin_sql(const std::string& asked) {
    return fmt::format("{}, asked AS ({}{}", kWriteBegin, asked, kOld);
}

/// @param if_match, if_none_match, may_create  their parameters
std::string decision(std::string_view if_match, std::string_view if_none_match, std::string_view may_create) {
    return fmt::format(R"sql(, decision AS MATERIALIZED (
        SELECT CASE WHEN (SELECT count(*) FROM target) < (SELECT count(*) FROM asked) THEN 'unknown_users'
                    WHEN (SELECT count(*) FROM asked) <> $8::bigint THEN 'other_count'
                    WHEN NOT {2}::boolean AND NOT EXISTS (SELECT FROM old) THEN 'no_row'
                    WHEN NOT EXISTS (SELECT FROM old WHERE {0}::jsonb ? '*' OR {0}::jsonb ? etag)
                         AND {0}::jsonb IS NOT NULL THEN 'failed_condition'
                    WHEN EXISTS (SELECT FROM old WHERE {1}::jsonb ? '*' OR {1}::jsonb ? etag)
                    THEN 'failed_condition' END AS outcome,
               (SELECT count(*) FROM old) AS old_rows
         WHERE NOT EXISTS (SELECT FROM earlier)
    ))sql",
                       if_match, if_none_match, may_create);
}

// $9 to $12 are the VerdictChange; one that says nothing (and makes no verdict, $15) changes nothing, not even when the
// verdict was given.  A row that the core inserts at this moment is left alone: nobody has looked at it
// yet, and the next try will.
const std::string kWritten =
    R"sql(, written AS (
        INSERT INTO classification AS c (user_id, harmful, inactive, classified_at, notes)
        SELECT target.user_id, coalesce($9::boolean, false), coalesce($10::boolean, false), statement_timestamp(),
               $12::text
          FROM target, decision
         WHERE decision.outcome IS NULL
           AND decision.old_rows >= 0
           AND ($15::boolean OR $9::boolean IS NOT NULL OR $10::boolean IS NOT NULL OR $11::boolean)
         ORDER BY target.user_id
            ON CONFLICT (user_id) DO UPDATE
               SET harmful = coalesce($9::boolean, c.harmful), inactive = coalesce($10::boolean, c.inactive),
                   classified_at = EXCLUDED.classified_at,
                   notes = CASE WHEN $11::boolean THEN $12::text ELSE c.notes END
             WHERE c.user_id IN (SELECT user_id FROM old)
        RETURNING c.user_id, )sql" +
    kRow + R"sql( AS body, to_jsonb(c) AS row
    ), change AS (
        SELECT written.user_id AS row_id, written.user_id, old.body AS before, written.body AS after,
               old.row AS old_row, written.row AS new_row, m.sampled_at AS sampled_before
          FROM written
          LEFT JOIN old ON old.user_id = written.user_id
          LEFT JOIN watchdxg_sampled_verdict AS m ON m.user_id = written.user_id
         ORDER BY written.user_id
    ), changed AS (
        SELECT target.account_id, target.user_id AS id
          FROM written
          JOIN target ON target.user_id = written.user_id
    ))sql" +
    record_change_sql("classification", entry::kClassificationChanged, "'Verdict on ' || who || ': ' || $17::text");

/// The draw of so many days ago.
Draw draw_of(int days_ago, std::string account) {
    return {.account = std::move(account),
            .day = fmt::format("((statement_timestamp() AT TIME ZONE 'UTC')::date - {})", days_ago)};
}

// $16 says that the verdicts answer places that were drawn.  A verdict that is new and answers none leaves no mark of
// an older one, which the core has removed.
/// @param is_drawn  SQL over the row `k` of watchdxg_signal: her person was drawn today or yesterday
std::string marked_sql(std::string_view is_drawn) {
    return fmt::format(R"sql(, answering AS (
        SELECT target.user_id
          FROM target
          JOIN watchdxg_signal AS k ON k.user_id = target.user_id
         WHERE $16::boolean
           AND EXISTS (SELECT FROM decision WHERE outcome IS NULL)
           AND (target.user_id IN (SELECT user_id FROM written) OR target.user_id IN (SELECT user_id FROM old))
           AND {}
    ), marked AS (
        INSERT INTO watchdxg_sampled_verdict (user_id, sampled_at)
        SELECT user_id, statement_timestamp()
          FROM answering
            ON CONFLICT (user_id) DO NOTHING
    ), unmarked AS (
        DELETE FROM watchdxg_sampled_verdict AS m
         USING change
         WHERE m.user_id = change.user_id
           AND change.before IS NULL
           AND change.user_id NOT IN (SELECT user_id FROM answering)
    ))sql",
                       is_drawn);
}

/// Looks only for those who are drawn before her.
std::string marked_one_sql() {
    return marked_sql(
        fmt::format("EXISTS (SELECT FROM watchdxg_signal AS p WHERE p.user_id = k.person AND p.person = p.user_id AND "
                    "p.account_id = target.account_id AND ({} OR {}))",
                    is_drawn_sql(draw_of(0, "p.account_id")), is_drawn_sql(draw_of(1, "p.account_id"))));
}

/// Looks once for all who are drawn.
std::string marked_many_sql() {
    const auto drawn = [](int days_ago) {
        const Draw draw = draw_of(days_ago, "a.account_id");
        return fmt::format(
            "SELECT d.user_id FROM (SELECT DISTINCT account_id FROM target WHERE $16::boolean) AS a"
            " CROSS JOIN LATERAL (WITH behind AS MATERIALIZED ({}) SELECT * FROM behind UNION ALL ({})) AS d",
            drawn_first_sql(draw), drawn_last_sql(draw, "(SELECT count(*) FROM behind)"));
    };
    return fmt::format(", drawn AS MATERIALIZED ({} UNION {})", drawn(0), drawn(1)) +
           marked_sql("k.person IN (SELECT user_id FROM drawn)");
}

const std::string kSetSql = begin_sql(kNamed) + decision("$13", "$14", "$15") + kWritten + marked_one_sql() +
                            R"sql(, answer AS (
        SELECT CASE WHEN before IS NULL THEN 201 ELSE 200 END AS status, after::text AS body
          FROM change
         UNION ALL
        SELECT 200, old.body::text
          FROM old, decision
         WHERE decision.outcome IS NULL
           AND NOT ($15::boolean OR $9::boolean IS NOT NULL OR $10::boolean IS NOT NULL OR $11::boolean)
    ))sql" + write_end(unknown_users_sql());
const db::Query kSet{"set_classification", kSetSql};

// All or nothing: where the core has inserted a row meanwhile, that one was left alone, and the others are undone.
std::string set_many_sql(const std::string& asked) {
    return begin_sql(asked) + decision("$13", "$14", "$15") + kWritten + marked_many_sql() + R"sql(, answer AS (
        SELECT CASE WHEN count(*) < (SELECT count(*) FROM target) THEN )sql" +
           std::string(kUndoStatement) + R"sql( ELSE 200
                END::integer AS status,
               json_build_object('updated', count(*))::text AS body
          FROM written
        HAVING EXISTS (SELECT FROM decision WHERE outcome IS NULL)
    ))sql" +
           write_end(unknown_users_sql());
}

/// @param answer  SQL: status and body, where it happens
std::string remove_sql(const std::string& asked, std::string_view answer) {
    return begin_sql(asked) + decision("$9", "$10", "true") + R"sql(, removed AS (
        DELETE FROM classification AS c
         USING decision
         WHERE decision.outcome IS NULL
           AND decision.old_rows > 0
           AND c.user_id IN (SELECT user_id FROM old)
        RETURNING c.user_id
    ), unmarked AS (
        DELETE FROM watchdxg_sampled_verdict AS m
         USING decision
         WHERE decision.outcome IS NULL
           AND m.user_id IN (SELECT user_id FROM target)
    ), change AS (
        SELECT old.user_id AS row_id, old.user_id, old.body AS before, NULL::json AS after, old.row AS old_row,
               NULL::jsonb AS new_row, m.sampled_at AS sampled_before
          FROM removed
          JOIN old ON old.user_id = removed.user_id
          LEFT JOIN watchdxg_sampled_verdict AS m ON m.user_id = removed.user_id
         ORDER BY old.user_id
    ), changed AS (
        SELECT target.account_id, target.user_id AS id
          FROM removed
          JOIN target ON target.user_id = removed.user_id
    ))sql" +
           record_change_sql("classification", entry::kClassificationDeleted, "'Removed the verdict on ' || who") +
           fmt::format(R"sql(, answer AS (
        SELECT {}
          FROM decision
         WHERE outcome IS NULL
    ))sql",
                       answer) +
           write_end(unknown_users_sql());
}
const std::string kRemoveSql = remove_sql(kNamed, "204 AS status, '' AS body");
const db::Query kRemove{"remove_classification", kRemoveSql};

/// What a change says, in words.
std::string describe(const VerdictChange& change) {
    const bool harmful = change.harmful.value_or(false);
    const bool inactive = change.inactive.value_or(false);
    if (harmful) return inactive ? "harmful and inactive" : "harmful";
    if (inactive) return "inactive";
    if (change.harmful && change.inactive) return "sane";
    if (change.harmful) return "not harmful";
    if (change.inactive) return "not inactive";
    return change.sets_notes ? "notes" : "unchanged";
}

std::vector<db::Param> set_params(const ChosenUsers& users, const VerdictChange& change, bool may_create,
                                  const RowConditions& conditions) {
    return {ids_param(users),  users.expected_count, change.harmful,      change.inactive,
            change.sets_notes, change.notes,         conditions.if_match, conditions.if_none_match,
            may_create,        change.sampled,       describe(change)};
}

}  // namespace

std::size_t ClassificationStore::add_find(db::Batch& batch, std::int64_t user_id) {
    return batch.add(kFind, {user_id});
}

FoundVerdict ClassificationStore::read_found(const db::Rows& rows) {
    FoundVerdict found{.has_user = !rows.empty(), .body = {}, .etag = {}};
    if (!found.has_user || rows.front().is_null(0)) return found;
    base::append_compact_json(found.body, rows.front().text(0));
    found.etag = rows.front().text(1);
    return found;
}

asio::awaitable<Written> ClassificationStore::set(const WriteRequest& request, std::int64_t user_id,
                                                  const VerdictChange& change, bool may_create,
                                                  const RowConditions& conditions) {
    return execute_write(pool_, kSet, request, set_params({.ids = {user_id}}, change, may_create, conditions));
}

asio::awaitable<Written> ClassificationStore::set_many(const WriteRequest& request, const ChosenUsers& users,
                                                       const VerdictChange& change) {
    std::vector<db::Param> values = set_params(users, change, true, {});
    AskedSql asked = asked_sql(users, kFirstOwnParam + values.size(), false);
    const std::string sql = set_many_sql(asked.sql);
    const db::Query query{"set_classifications", sql, false};
    std::move(asked.params.begin(), asked.params.end(), std::back_inserter(values));
    co_return co_await execute_write(pool_, query, request, std::move(values));
}

asio::awaitable<Written> ClassificationStore::remove(const WriteRequest& request, std::int64_t user_id,
                                                     const RowConditions& conditions) {
    return execute_write(pool_, kRemove, request,
                         {bigint_array({user_id}), std::nullopt, conditions.if_match, conditions.if_none_match});
}

asio::awaitable<Written> ClassificationStore::remove_many(const WriteRequest& request, const ChosenUsers& users) {
    std::vector<db::Param> values{ids_param(users), users.expected_count, std::nullopt, std::nullopt};
    AskedSql asked = asked_sql(users, kFirstOwnParam + values.size(), false);
    const std::string sql = remove_sql(
        asked.sql, "200 AS status, json_build_object('updated', (SELECT count(*) FROM removed))::text AS body");
    const db::Query query{"remove_classifications", sql, false};
    std::move(asked.params.begin(), asked.params.end(), std::back_inserter(values));
    co_return co_await execute_write(pool_, query, request, std::move(values));
}

}  // namespace wdx::store
