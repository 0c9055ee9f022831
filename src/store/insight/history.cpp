#include "store/insight/history.hpp"

#include "store/core/column_sql.hpp"
#include "store/insight/crowd.hpp"
#include "store/insight/statistics.hpp"

#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wdx::store {
namespace {

namespace asio = boost::asio;

/// The columns of watchdxg_daily_snapshot that account_counts_sql fills, by the object of the answer that shows them.
struct Counts {
    std::string_view object;
    std::vector<std::string_view> names;
};
const std::array<Counts, 3> kCounts{
    Counts{"users", {"total", "people", "followers", "certified", "harmful", "inactive", "sane", "unclassified"}},
    Counts{"posts", {"total", "reposts"}},
    Counts{"actions", {"total"}},
};

std::vector<std::string> count_columns() {
    std::vector<std::string> columns;
    for (const Counts& counts : kCounts)
        for (const std::string_view name : counts.names) columns.push_back(fmt::format("{}_{}", counts.object, name));
    return columns;
}

std::string list_snapshots() {
    std::string members;
    for (const Counts& counts : kCounts) {
        members += fmt::format(", true AS \"{}.\"", counts.object);
        for (const std::string_view name : counts.names)
            members += fmt::format(", {0}_{1} AS \"{0}.{1}\"", counts.object, name);
    }
    return fmt::format(
        "SELECT day{}, audience FROM watchdxg_daily_snapshot WHERE account_id = $1::bigint"
        " AND day >= coalesce($2::date, '-infinity') AND day <= coalesce($3::date, 'infinity') ORDER BY day",
        members);
}

/// One kind of changes.
struct Change {
    std::string_view name;
    std::string_view members;  ///< SQL: arguments of json_build_object, over the rows
    std::string rows;          ///< SQL: `id`, `handle`, `at` and what else `members` names
};

std::string seen(std::string_view columns, std::string_view at, std::string_view condition) {
    return fmt::format(
        "SELECT user_id AS id, handle, {0} AS at{1} FROM watchdxg_seen_user, period WHERE account_id = $1::bigint"
        " AND {0} >= period.begin AND {0} < period.over{2}",
        at, columns, condition);
}

std::string jumped(std::string_view count) {
    return seen(fmt::format(", '{0}_count'::text AS field, previous_{0}_count AS \"from\", {0}_count AS \"to\"", count),
                fmt::format("{}_jumped_at", count), " AND gone_at IS NULL");
}

std::string list_changes() {
    const std::string at = fmt::format("'at', {}", json_time_sql("at"));
    const std::array<Change, 4> kinds{
        Change{"new", "'id', id, 'handle', handle", seen("", "first_seen_at", " AND gone_at IS NULL")},
        Change{"gone", "'id', id, 'handle', handle", seen("", "gone_at", "")},
        Change{"renamed", "'id', id, 'handle', handle, 'from', previous_handle",
               seen(", previous_handle", "renamed_at", " AND gone_at IS NULL")},
        Change{"jumped", "'id', id, 'handle', handle, 'field', field, 'from', \"from\", 'to', \"to\"",
               jumped("following") + " UNION ALL " + jumped("followers")},
    };
    std::string ctes;
    std::string totals;
    std::string lists;
    for (const Change& kind : kinds) {
        ctes += fmt::format(", {}_users AS ({})", kind.name, kind.rows);
        totals += fmt::format(", (SELECT count(*) FROM {0}_users) AS \"totals.{0}\"", kind.name);
        lists += fmt::format(
            ", (SELECT coalesce(json_agg(json_build_object({1}, {2}) ORDER BY at DESC, id), '[]')"
            " FROM (SELECT * FROM {0}_users ORDER BY at DESC, id LIMIT {3}) AS newest) AS \"{0}\"",
            kind.name, kind.members, at, kMostChanges);
    }
    return fmt::format(
        "WITH period AS (SELECT $2::date::timestamp AT TIME ZONE 'UTC' AS begin, coalesce(($3::date + 1)::timestamp"
        " AT TIME ZONE 'UTC', 'infinity') AS over){}"
        " SELECT $2::date AS since, statement_timestamp() AS as_of, (SELECT min(day) FROM watchdxg_daily_snapshot"
        " WHERE account_id = $1::bigint) AS observed_since, true AS \"totals.\"{}{}",
        ctes, totals, lists);
}

/// SQL of `previous_<what>` and its time, when a user is seen again.
std::string remember(std::string_view what, std::string_view column, std::string_view at, std::string_view condition) {
    return fmt::format(
        ", previous_{what} = CASE WHEN {condition} THEN s.{column} ELSE s.previous_{what} END,"
        " {at} = CASE WHEN {condition} THEN now() ELSE s.{at} END",
        fmt::arg("what", what), fmt::arg("column", column), fmt::arg("at", at), fmt::arg("condition", condition));
}

std::string has_jumped(std::string_view column) {
    return fmt::format("abs(excluded.{0} - s.{0}) >= greatest({1}, {2} * s.{0})", column, kJumpFrom, kJumpShare);
}

/// A row that another process has written since this statement's snapshot was taken is a conflict, and is updated to
/// the same values.
std::string observe_sql(const CoreViews& views) {
    const std::string account = sql_of(views.users, "account_id", "integer");
    const std::vector<std::string> columns = count_columns();
    std::vector<std::string> updates;
    updates.reserve(columns.size());
    for (const std::string& column : columns) updates.push_back(fmt::format("{0} = excluded.{0}", column));
    return fmt::format(
        "WITH turn AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(x'7764785f68697374'::bigint) AS mine),"
        " present AS (SELECT {account}::bigint AS account_id, t.id::bigint AS user_id, ({handle})::text AS handle,"
        " ({following})::bigint AS following_count, ({followers})::bigint AS followers_count"
        " FROM users AS t WHERE {account} IS NOT NULL AND (SELECT mine FROM turn)),"
        " changed AS (SELECT p.* FROM present AS p LEFT JOIN watchdxg_seen_user AS s USING (account_id, user_id)"
        " WHERE s.user_id IS NULL OR s.gone_at IS NOT NULL OR (s.handle, s.following_count, s.followers_count)"
        " IS DISTINCT FROM (p.handle, p.following_count, p.followers_count)),"
        " seen AS (INSERT INTO watchdxg_seen_user AS s"
        " (account_id, user_id, handle, following_count, followers_count, first_seen_at)"
        " SELECT c.account_id, c.user_id, c.handle, c.following_count, c.followers_count, CASE WHEN EXISTS"
        " (SELECT FROM watchdxg_daily_snapshot AS d WHERE d.account_id = c.account_id) THEN now() END"
        " FROM changed AS c ON CONFLICT (account_id, user_id) DO UPDATE SET handle = excluded.handle,"
        " following_count = excluded.following_count, followers_count = excluded.followers_count,"
        " first_seen_at = CASE WHEN s.gone_at IS NOT NULL THEN now() ELSE s.first_seen_at END, gone_at = NULL"
        "{renamed}{following_jumped}{followers_jumped}),"
        " gone AS (UPDATE watchdxg_seen_user AS s SET gone_at = now() WHERE s.gone_at IS NULL"
        " AND (SELECT mine FROM turn) AND NOT EXISTS (SELECT FROM users AS t WHERE t.id = s.user_id"
        " AND {account} = s.account_id)),"
        " counts AS ({counts} WHERE (SELECT mine FROM turn)),"
        " taken AS (INSERT INTO watchdxg_daily_snapshot (account_id, day, taken_at, {columns})"
        " SELECT account_id, (now() AT TIME ZONE 'UTC')::date, now(), {columns} FROM counts"
        " ON CONFLICT (account_id, day) DO UPDATE SET taken_at = excluded.taken_at, {updates})"
        " SELECT mine FROM turn",
        fmt::arg("account", account), fmt::arg("handle", sql_of(views.users, "handle", "text")),
        fmt::arg("following", sql_of(views.users, "following_count", "bigint")),
        fmt::arg("followers", sql_of(views.users, "followers_count", "bigint")),
        fmt::arg("renamed", remember("handle", "handle", "renamed_at", "s.handle <> excluded.handle")),
        fmt::arg("following_jumped",
                 remember("following_count", "following_count", "following_jumped_at", has_jumped("following_count"))),
        fmt::arg("followers_jumped",
                 remember("followers_count", "followers_count", "followers_jumped_at", has_jumped("followers_count"))),
        fmt::arg("counts", account_counts_sql(views)), fmt::arg("columns", fmt::join(columns, ", ")),
        fmt::arg("updates", fmt::join(updates, ", ")));
}

const std::string kListSnapshotsSql = list_snapshots();
const std::string kListChangesSql = list_changes();

constexpr db::Query kListObservedAccounts{"list_observed_accounts", R"sql(
    SELECT account_id
      FROM watchdxg_daily_snapshot
     WHERE day = (now() AT TIME ZONE 'UTC')::date)sql"};

constexpr db::Query kSaveAudience{"save_audience", R"sql(
    UPDATE watchdxg_daily_snapshot
       SET audience = $2::json
     WHERE account_id = $1::bigint
       AND day = (now() AT TIME ZONE 'UTC')::date)sql"};

// Rows that another process has locked are left for the next time.
constexpr db::Query kPruneSeen{"prune_seen_users", R"sql(
    DELETE FROM watchdxg_seen_user
     WHERE (account_id, user_id) IN (SELECT account_id, user_id
                                       FROM watchdxg_seen_user
                                      WHERE gone_at < now() - $1::bigint * interval '1 second'
                                      ORDER BY gone_at
                                      LIMIT $2::bigint
                                        FOR UPDATE SKIP LOCKED))sql"};

}  // namespace

const db::Query kListSnapshots{"list_snapshots", kListSnapshotsSql};
const db::Query kListChanges{"list_changes", kListChangesSql};

asio::awaitable<bool> HistoryStore::observe(const CoreViews& views) {
    const std::string sql = observe_sql(views);
    db::Batch batch;
    const db::Query query{"observe_history", sql, false};
    const std::size_t index = batch.add(query, {});
    co_await pool_.execute_job(batch);  // it reads all users
    co_return batch.rows(index).front().boolean(0);
}

asio::awaitable<std::vector<std::int64_t>> HistoryStore::list_observed_accounts() {
    db::Batch batch;
    const std::size_t index = batch.add(kListObservedAccounts, {});
    co_await pool_.execute_job(batch);
    const db::Rows& rows = batch.rows(index);
    std::vector<std::int64_t> accounts;
    accounts.reserve(static_cast<std::size_t>(rows.size()));
    for (int i = 0; i < rows.size(); ++i) accounts.push_back(rows[i].integer(0));
    co_return accounts;
}

asio::awaitable<std::vector<model::Cell>> HistoryStore::find_followers(const CoreViews& views, std::int64_t account) {
    const Statement statement = select_crowd(views, account, Crowd::followers);
    const db::Query query = statement.query();
    db::Batch batch;
    const std::size_t index = batch.add(query, statement.params);
    co_await pool_.execute_job(batch);
    co_return read_crowd(batch.rows(index));
}

asio::awaitable<void> HistoryStore::save_audience(std::int64_t account, const std::optional<std::string>& estimates) {
    db::Batch batch;
    batch.add(kSaveAudience, {account, estimates});
    co_await pool_.execute(batch, db::Work::write);
}

asio::awaitable<std::int64_t> HistoryStore::prune(std::chrono::seconds retention) {
    db::Batch batch;
    const std::size_t index = batch.add(kPruneSeen, {static_cast<std::int64_t>(retention.count()), kPruneRows});
    co_await pool_.execute(batch, db::Work::write);
    co_return batch.rows(index).affected();
}

}  // namespace wdx::store
