#include "store/alerts/alert_figures.hpp"

#include "base/safe_text.hpp"
#include "store/core/cohort_sql.hpp"
#include "store/core/column_sql.hpp"
#include "store/journal/journal.hpp"

#include <utility>

#include <fmt/format.h>

namespace wdx::store {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kLongestHandle = 50;  ///< characters
constexpr std::int64_t kMostEntries = 10'000;
constexpr std::int64_t kMostDigestAlerts = 20;

const std::string kListWavesSql = fmt::format(R"sql(
    SELECT a.id::bigint, a.handle::text, c.id, c.kind, to_char(c.month, 'YYYY-MM'), c.size, c.expected
      FROM accounts AS a
      LEFT JOIN (SELECT c.*, {} AS id
                   FROM watchdxg_cohort AS c
                  WHERE c.kind IN ('template', 'bio')) AS c
        ON c.account_id = a.id
       AND (c.size >= $1::bigint OR EXISTS (SELECT
                                              FROM watchdxg_alert_condition AS k
                                             WHERE k.kind = 'new_wave'
                                               AND k.subject = a.id::text
                                               AND k.part = c.id))
     ORDER BY a.id, c.size DESC, c.id)sql",
                                              kCohortIdSql);
const db::Query kListWaves{"list_alert_waves", kListWavesSql};

constexpr db::Query kListDays{"list_alert_days", R"sql(
    SELECT a.id::bigint, a.handle::text, d.day - date '1970-01-01', d.users_followers, d.users_harmful,
           d.users_total - d.users_unclassified
      FROM accounts AS a
      JOIN watchdxg_daily_snapshot AS d ON d.account_id = a.id
     WHERE d.day >= (now() AT TIME ZONE 'UTC')::date - 7
       AND EXISTS (SELECT
                     FROM watchdxg_daily_snapshot AS today
                    WHERE today.account_id = a.id
                      AND today.day = (now() AT TIME ZONE 'UTC')::date)
     ORDER BY a.id, d.day)sql"};

constexpr db::Query kListStuck{"list_stuck_actions", R"sql(
    SELECT q.account_id, a.handle::text, q.action_type, q.waiting, floor(extract(epoch FROM q.oldest))::bigint
      FROM (SELECT account_id, action_type, count(*) AS waiting, min(coalesce(not_before, created_at)) AS oldest
              FROM watchdxg_planned_action
             WHERE state IN ('planned', 'claimed')
               AND (state = 'planned' OR lease_until <= now())
               AND coalesce(not_before, created_at) <= now()
             GROUP BY account_id, action_type) AS q
      LEFT JOIN accounts AS a ON a.id = q.account_id
     WHERE q.oldest <= now() - $1::bigint * interval '1 hour'
       AND NOT EXISTS (SELECT
                         FROM watchdxg_action_attempt AS t
                        WHERE t.account_id = q.account_id
                          AND t.action_type = q.action_type
                          AND t.claimed_at > now() - $1::bigint * interval '1 hour')
     ORDER BY q.account_id, q.action_type)sql"};

// Numbers are given before entries are committed: one that was committed late may be lower than the last that was seen.
// Whoever reads an entry twice must not mind; one from a clock that ran ahead would be read again and again.
const std::string kListEntriesSql = fmt::format(
    R"sql(
    SELECT l.event, coalesce(l.operator, ''), coalesce(l.address, ''), {}, coalesce(l.message, ''),
           floor(extract(epoch FROM l.time))::bigint, newest.id
      FROM (SELECT coalesce(max(id), 0) AS id FROM watchdxg_log) AS newest
      LEFT JOIN LATERAL (SELECT *
                           FROM watchdxg_log
                          WHERE CASE WHEN $1::bigint IS NULL THEN event = '{login}'
                                     ELSE id > $1::bigint - {most} AND event IN ('{login}', '{reuse}', '{failed}', '{made}')
                                          AND (id > $1::bigint OR abs(extract(epoch FROM now() - time)) < 600) END
                            AND id <= newest.id
                          ORDER BY id DESC
                          LIMIT {most}) AS l ON true
     ORDER BY l.id)sql",
    json_time_sql("l.time"), fmt::arg("login", entry::kLogin), fmt::arg("reuse", entry::kRefreshReuse),
    fmt::arg("failed", entry::kBackupFailed), fmt::arg("made", entry::kBackupMade), fmt::arg("most", kMostEntries));
const db::Query kListEntries{"list_alert_entries", kListEntriesSql};

// 07:00 of that day, or of the Monday of that week, in the operator's time zone.  Half a step has to be between two, so
// that another time zone brings none twice.  One of the future is from a clock that ran ahead: it begins anew.
constexpr db::Query kFindDue{"find_due_digest", R"sql(
    SELECT state.digest_at IS NULL OR state.digest_at > now() + interval '1 day', due.until::text, due.since::text, due.first_day - date '1970-01-01',
           due.last_day - date '1970-01-01'
      FROM watchdxg_alert_state AS state,
           (SELECT local.due AT TIME ZONE $2::text AS until, (local.due - local.step) AT TIME ZONE $2::text AS since,
                   (local.due - local.step)::date AS first_day, local.due::date AS last_day, local.step
              FROM (SELECT date_trunc($1::text, (now() AT TIME ZONE $2::text) - interval '7 hours')
                           + interval '7 hours' AS due,
                           CASE $1::text WHEN 'day' THEN interval '1 day' ELSE interval '7 days' END AS step) AS local
           ) AS due
     WHERE state.digest_at IS NULL
        OR state.digest_at > now() + interval '1 day'
        OR state.digest_at <= due.until - due.step / 2)sql"};

// The time is from $1 to $2.  What there was at its beginning is in the last snapshot before it, or else in the first.
constexpr db::Query kListDigestAccounts{"list_digest_accounts", R"sql(
    SELECT a.id::bigint, a.handle::text, b.users_total, e.users_total, b.users_followers, e.users_followers,
           b.users_harmful, e.users_harmful, b.users_total - b.users_unclassified,
           e.users_total - e.users_unclassified, b.posts_total, e.posts_total,
           seen.new_users, seen.gone_users, seen.renamed_users, e.users_unclassified
      FROM accounts AS a
      LEFT JOIN LATERAL (SELECT *
                           FROM watchdxg_daily_snapshot AS d
                          WHERE d.account_id = a.id
                          ORDER BY d.day < ($1::timestamptz AT TIME ZONE 'UTC')::date DESC,
                                   abs(d.day - ($1::timestamptz AT TIME ZONE 'UTC')::date)
                          LIMIT 1) AS b ON true
      LEFT JOIN LATERAL (SELECT *
                           FROM watchdxg_daily_snapshot AS d
                          WHERE d.account_id = a.id
                            AND d.day <= ($2::timestamptz AT TIME ZONE 'UTC')::date
                          ORDER BY d.day DESC
                          LIMIT 1) AS e ON true
      LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE first_seen_at >= $1::timestamptz
                                                   AND first_seen_at < $2::timestamptz AND gone_at IS NULL) AS new_users,
                                count(*) FILTER (WHERE gone_at >= $1::timestamptz AND gone_at < $2::timestamptz)
                                    AS gone_users,
                                count(*) FILTER (WHERE renamed_at >= $1::timestamptz
                                                   AND renamed_at < $2::timestamptz AND gone_at IS NULL) AS renamed_users
                           FROM watchdxg_seen_user AS s
                          WHERE s.account_id = a.id) AS seen ON true
     ORDER BY a.id)sql"};

const std::string kFindDigestWorkSql = fmt::format(
    R"sql(
    SELECT count(*) FILTER (WHERE event = '{}'), count(*) FILTER (WHERE event = '{}'),
           count(*) FILTER (WHERE event = '{}'),
           (SELECT count(*) FROM watchdxg_planned_action WHERE state IN ('planned', 'claimed'))
      FROM watchdxg_log
     WHERE time >= $1::timestamptz
       AND time < $2::timestamptz)sql",
    entry::kClassificationChanged, entry::kPlanDone, entry::kPlanFailed);
const db::Query kFindDigestWork{"find_digest_work", kFindDigestWorkSql};

constexpr db::Query kListDigestAlerts{"list_digest_alerts", R"sql(
    SELECT text, count(*) OVER ()
      FROM watchdxg_alert
     WHERE at >= $1::timestamptz
       AND at < $2::timestamptz
       AND kind NOT IN ('digest', 'test')
     ORDER BY at DESC, id DESC
     LIMIT $3::bigint)sql"};

/// The columns `id` and `handle` of accounts.
alert::Account read_account(const db::Row& row, int column) {
    return {row.integer(column), base::safe_text(row.optional_text(column + 1).value_or(""), kLongestHandle)};
}

std::chrono::sys_seconds read_time(const db::Row& row, int column) {
    return std::chrono::sys_seconds(std::chrono::seconds(row.integer(column)));
}

std::chrono::sys_days read_day(const db::Row& row, int column) {
    return std::chrono::sys_days(std::chrono::days(row.integer(column)));
}

alert::Span read_span(const db::Row& row, int column) {
    return {row.optional_integer(column), row.optional_integer(column + 1)};
}

// Reads the columns in the order of the SELECT list above.
alert::DigestAccount read_digest_account(const db::Row& row) {
    return {.account = read_account(row, 0),
            .users = read_span(row, 2),
            .followers = read_span(row, 4),
            .harmful = read_span(row, 6),
            .classified = read_span(row, 8),
            .posts = read_span(row, 10),
            .new_users = row.integer(12),
            .gone_users = row.integer(13),
            .renamed_users = row.integer(14)};
}

}  // namespace

asio::awaitable<std::vector<AccountWaves>> AlertFigures::list_waves(std::int64_t size) {
    db::Batch batch;
    const std::size_t index = batch.add(kListWaves, {size});
    co_await pool_.execute_job(batch);
    const db::Rows& rows = batch.rows(index);
    std::vector<AccountWaves> accounts;
    for (int i = 0; i < rows.size(); ++i) {
        const db::Row row = rows[i];
        if (accounts.empty() || accounts.back().account.id != row.integer(0))
            accounts.push_back({read_account(row, 0), {}});
        if (row.is_null(2)) continue;
        accounts.back().waves.push_back({.id = std::string(row.text(2)),
                                         .kind = std::string(row.text(3)),
                                         .month = std::string(row.text(4)),
                                         .size = row.integer(5),
                                         .expected = row.real(6)});
    }
    co_return accounts;
}

asio::awaitable<std::vector<AccountDays>> AlertFigures::list_days() {
    db::Batch batch;
    const std::size_t index = batch.add(kListDays, {});
    co_await pool_.execute_job(batch);
    const db::Rows& rows = batch.rows(index);
    std::vector<AccountDays> accounts;
    for (int i = 0; i < rows.size(); ++i) {
        const db::Row row = rows[i];
        if (accounts.empty() || accounts.back().account.id != row.integer(0))
            accounts.push_back({read_account(row, 0), {}});
        accounts.back().days.push_back({.day = read_day(row, 2),
                                        .followers = row.optional_integer(3),
                                        .harmful = row.optional_integer(4),
                                        .classified = row.optional_integer(5)});
    }
    co_return accounts;
}

asio::awaitable<std::optional<std::chrono::sys_seconds>> AlertFigures::find_last_scrape(const CoreViews& views) {
    const std::string sql = fmt::format("SELECT floor(extract(epoch FROM max({})))::bigint FROM users AS t",
                                        sql_of(views.users, "last_updated", "timestamptz"));
    const db::Query query{"find_last_scrape", sql, false};
    db::Batch batch;
    const std::size_t index = batch.add(query, {});
    co_await pool_.execute_job(batch);
    const db::Row row = batch.rows(index).front();
    if (row.is_null(0)) co_return std::nullopt;
    co_return read_time(row, 0);
}

asio::awaitable<std::vector<AccountFindings>> AlertFigures::check_data(const CoreViews& views) {
    db::Batch listing;
    const std::size_t index = listing.add(kListCheckedAccounts, {});
    co_await pool_.execute_job(listing);
    std::vector<AccountFindings> found;
    for (const CheckedAccount& one : read_checked_accounts(listing.rows(index))) {
        const Statement statement = select_data_quality(views, one.id);
        const db::Query query = statement.query();
        db::Batch batch;
        const std::size_t findings = batch.add(query, statement.params);
        co_await pool_.execute_job(batch);
        found.push_back({{one.id, base::safe_text(one.handle.value_or(""), kLongestHandle)},
                         read_data_quality(batch.rows(findings))});
    }
    co_return found;
}

asio::awaitable<std::vector<alert::StuckQueue>> AlertFigures::list_stuck(std::int64_t hours) {
    db::Batch batch;
    const std::size_t index = batch.add(kListStuck, {hours});
    co_await pool_.execute_job(batch);
    const db::Rows& rows = batch.rows(index);
    std::vector<alert::StuckQueue> queues;
    queues.reserve(static_cast<std::size_t>(rows.size()));
    for (int i = 0; i < rows.size(); ++i)
        queues.push_back({.account = read_account(rows[i], 0),
                          .action_type = base::safe_text(rows[i].text(2), kLongestHandle),
                          .waiting = rows[i].integer(3),
                          .oldest = read_time(rows[i], 4)});
    co_return queues;
}

asio::awaitable<NotedEntries> AlertFigures::list_entries(std::optional<std::int64_t> after) {
    db::Batch batch;
    const std::size_t index = batch.add(kListEntries, {after});
    co_await pool_.execute_job(batch);
    const db::Rows& rows = batch.rows(index);
    NotedEntries noted{.last_id = rows.front().integer(6), .entries = {}};
    for (int i = 0; i < rows.size(); ++i) {
        const db::Row row = rows[i];
        if (row.is_null(0)) continue;
        noted.entries.push_back({.event = std::string(row.text(0)),
                                 .entry = {.operator_name = std::string(row.text(1)),
                                           .address = std::string(row.text(2)),
                                           .time = std::string(row.text(3)),
                                           .message = std::string(row.text(4))},
                                 .at = read_time(row, 5)});
    }
    co_return noted;
}

asio::awaitable<std::optional<DueDigest>> AlertFigures::find_digest(bool is_daily, const std::string& time_zone) {
    db::Batch asking;
    const std::size_t due = asking.add(kFindDue, {is_daily ? "day" : "week", time_zone});
    co_await pool_.execute_job(asking);
    if (asking.rows(due).empty()) co_return std::nullopt;
    const db::Row row = asking.rows(due).front();
    const std::string since(row.text(2));
    DueDigest digest{.until = std::string(row.text(1)),
                     .figures = {.is_daily = is_daily, .from = read_day(row, 3), .to = read_day(row, 4)},
                     .is_first = row.boolean(0)};
    if (digest.is_first) co_return digest;

    db::Batch batch;
    const std::size_t accounts = batch.add(kListDigestAccounts, {since, digest.until});
    const std::size_t work = batch.add(kFindDigestWork, {since, digest.until});
    const std::size_t alerts = batch.add(kListDigestAlerts, {since, digest.until, kMostDigestAlerts});
    co_await pool_.execute_job(batch);
    alert::DigestFigures& figures = digest.figures;
    for (int i = 0; i < batch.rows(accounts).size(); ++i) {
        const db::Row account = batch.rows(accounts)[i];
        figures.accounts.push_back(read_digest_account(account));
        figures.unjudged += account.optional_integer(15).value_or(0);
    }
    const db::Row done = batch.rows(work).front();
    figures.verdicts = done.integer(0);
    figures.actions_done = done.integer(1);
    figures.actions_failed = done.integer(2);
    figures.actions_waiting = done.integer(3);
    for (int i = 0; i < batch.rows(alerts).size(); ++i) {
        figures.alerts.emplace_back(batch.rows(alerts)[i].text(0));
        figures.alerts_total = batch.rows(alerts)[i].integer(1);
    }
    co_return digest;
}

}  // namespace wdx::store
