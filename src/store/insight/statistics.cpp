#include "store/insight/statistics.hpp"

#include "store/core/column_sql.hpp"
#include "store/core/people_sql.hpp"
#include "store/core/views.hpp"

#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wdx::store {
namespace {

using model::View;

constexpr int kDays = 90;
constexpr int kTop = 10;
constexpr std::string_view kFirstMonth = "2006-03-01";  ///< of X: who joined before did not

/// Lower edges of the histograms; a bin ends before the next one begins.
constexpr std::string_view kCountEdges = "0,1,10,100,1000,10000,100000,1000000,10000000";
constexpr std::string_view kRatioEdges = "0,0.1,0.5,1,2,10,50";

/// A figure, or NULL where the schema lacks what it needs.
std::string if_there(bool there, std::string sql, std::string_view type = "bigint") {
    return there ? std::move(sql) : fmt::format("NULL::{}", type);
}

std::string if_present(const View& view, std::string_view column, std::string sql, std::string_view type = "bigint") {
    return if_there(view.find(column)->is_present, std::move(sql), type);
}

std::string count_where(std::string_view condition) {
    return fmt::format("count(*) FILTER (WHERE {})", condition);
}

bool can_tell_people(const CoreViews& views) {
    return views.users.find("handle")->is_present && views.users.find("created_at")->is_present;
}

std::string verdict_join(const CoreViews& views) {
    if (!views.has_classifications) return "";
    return " LEFT JOIN classification AS v ON v.user_id = t.id";
}

/// One figure of a group of rows.
struct Figure {
    std::string_view name;
    std::string sql;
};

std::string select_list(const std::vector<Figure>& figures) {
    std::vector<std::string> parts;
    parts.reserve(figures.size());
    for (const Figure& figure : figures) parts.push_back(fmt::format("{} AS {}", figure.sql, figure.name));
    return fmt::format("{}", fmt::join(parts, ", "));
}

/// Over `users AS t` and, where it is there, `classification AS v`.
/// @param of_group  SQL over `people AS p`: which are of the group of rows that is counted
std::vector<Figure> user_counts(const CoreViews& views, std::string_view of_group) {
    const bool judged = views.has_classifications;
    const View& users = views.users;
    const auto verdict = [&](std::string_view condition) { return if_there(judged, count_where(condition)); };
    return {
        {"total", "count(*)"},
        {"people", if_there(can_tell_people(views),
                            fmt::format("count(*) - (SELECT count(*) FROM people AS p WHERE p.person <> p.id AND {})",
                                        of_group))},
        {"followers", if_present(users, "follower", count_where(sql_of(users, "follower", "boolean")))},
        {"certified", if_present(users, "certified", count_where(sql_of(users, "certified", "boolean")))},
        {"harmful", verdict("v.harmful")},
        {"inactive", verdict("v.inactive")},
        {"sane", verdict("v.user_id IS NOT NULL AND v.harmful IS NOT TRUE AND v.inactive IS NOT TRUE")},
        {"unclassified", verdict("v.user_id IS NULL")},
    };
}

/// Over `posts AS t`.
std::vector<Figure> post_counts(const CoreViews& views) {
    const std::string repost = sql_of(views.posts, "repost", "boolean");
    return {{"total", "count(*)"}, {"reposts", if_present(views.posts, "repost", count_where(repost))}};
}

std::string own_rows(const View& view) {
    return fmt::format("{} AS t JOIN users AS u ON u.id = {} WHERE u.account_id = $1::bigint", view.resource->table,
                       view.find("user_id")->sql);
}

std::string totals(const CoreViews& views) {
    std::vector<Figure> figures = user_counts(views, "true");
    if (views.has_classifications) {
        const std::string follower = sql_of(views.users, "follower", "boolean");
        figures.push_back({"classified", "count(v.user_id)"});
        figures.push_back({"followers_harmful", count_where(follower + " AND v.harmful")});
        figures.push_back({"followers_classified", count_where(follower + " AND v.user_id IS NOT NULL")});
    }
    figures.push_back({"last_scrape_at", fmt::format("max({})", sql_of(views.users, "last_updated", "timestamptz"))});
    return fmt::format("totals AS (SELECT {} FROM users AS t{} WHERE t.account_id = $1::bigint)", select_list(figures),
                       verdict_join(views));
}

/// Which bin a count falls into, from 1 on; NULL for what is no count.
std::string count_bin(const View& users, std::string_view name) {
    const std::string sql = sql_of(users, name, "bigint");
    return fmt::format("CASE WHEN {0} >= 0 THEN width_bucket(({0})::bigint, '{{{1}}}'::bigint[]) END", sql,
                       kCountEdges);
}

/// Bin 0 has the users without followers.
std::string ratio_bin(const View& users) {
    return fmt::format(
        "CASE WHEN {followers} = 0 THEN 0 WHEN {followers} > 0 AND {following} >= 0"
        " THEN width_bucket(({following})::float8 / ({followers})::float8, '{{{edges}}}'::float8[]) END",
        fmt::arg("followers", sql_of(users, "followers_count", "bigint")),
        fmt::arg("following", sql_of(users, "following_count", "bigint")), fmt::arg("edges", kRatioEdges));
}

/// Users by month and by each kind of bin, in one pass.  `kind` says by which; users for whom it is not known have a
/// NULL `month` or `bin`.
std::string bins(const CoreViews& views) {
    const View& users = views.users;
    return fmt::format(
        "bins AS MATERIALIZED (SELECT grouping(month, followers, following, ratio) AS kind, month,"
        " coalesce(followers, following, ratio) AS bin, count(*) AS total, {harmful} AS harmful"
        " FROM (SELECT CASE WHEN {day} >= date '{first}' AND {day} < (SELECT next_month FROM clock) THEN {month} END AS"
        " month, {followers} AS followers,"
        " {following} AS following, {ratio} AS ratio{verdict} FROM users AS t{join} WHERE t.account_id = $1::bigint)"
        " AS t GROUP BY GROUPING SETS ((month), (followers), (following), (ratio)))",
        fmt::arg("harmful", if_there(views.has_classifications, count_where("t.harmful"))),
        fmt::arg("day", utc_day_sql(users, "created_at")), fmt::arg("first", kFirstMonth),
        fmt::arg("month", joined_month_sql(users)), fmt::arg("followers", count_bin(users, "followers_count")),
        fmt::arg("following", count_bin(users, "following_count")), fmt::arg("ratio", ratio_bin(users)),
        fmt::arg("verdict", views.has_classifications ? ", v.harmful" : ""), fmt::arg("join", verdict_join(views)));
}

// What grouping() gives for each of the sets above: a bit is 0 where the column is grouped by.
constexpr int kByMonth = 0b0111;
constexpr int kByFollowers = 0b1011;
constexpr int kByFollowing = 0b1101;
constexpr int kByRatio = 0b1110;

std::string harmful_or_zero(const CoreViews& views) {
    return if_there(views.has_classifications, "coalesce(b.harmful, 0)");
}

std::string joined(const CoreViews& views) {
    return fmt::format(
        "(SELECT coalesce(json_agg(json_build_object('month', to_char(m, 'YYYY-MM'), 'total', coalesce(b.total, 0),"
        " 'harmful', {}) ORDER BY m), '[]') FROM (SELECT min(month) AS first, max(month) AS last FROM bins WHERE kind "
        "= "
        "{}) AS ends,"
        " generate_series(ends.first::timestamp, ends.last::timestamp, interval '1 month') AS m"
        " LEFT JOIN bins AS b ON b.kind = {} AND b.month = m::date)",
        harmful_or_zero(views), kByMonth, kByMonth);
}

/// @param step  what lies between the last value of a bin and the first of the next: 1 for counts, 0 for ratios
std::string histogram(const CoreViews& views, int kind, std::string_view edges, int step) {
    return fmt::format(
        "(SELECT json_agg(json_build_object('from', e.low, 'to', e.next - {step}, 'total', coalesce(b.total, 0),"
        " 'harmful', {harmful}) ORDER BY e.n) FROM (SELECT n, low, lead(low) OVER (ORDER BY n) AS next"
        " FROM unnest('{{{edges}}}'::numeric[]) WITH ORDINALITY AS edge (low, n)) AS e"
        " LEFT JOIN bins AS b ON b.kind = {kind} AND b.bin = e.n)",
        fmt::arg("step", step), fmt::arg("harmful", harmful_or_zero(views)), fmt::arg("edges", edges),
        fmt::arg("kind", kind));
}

std::string in_bin(int kind, std::string_view condition) {
    return fmt::format("(SELECT coalesce(sum(total), 0)::bigint FROM bins WHERE kind = {} AND {})", kind, condition);
}

/// Days of the window, each with what was counted on it.
/// @param counted  SQL: rows `day` and the counts, for days in the window
std::string by_day(const std::vector<std::string_view>& counts, std::string_view counted) {
    std::string members;
    for (const std::string_view count : counts) members += fmt::format(", '{0}', coalesce(c.{0}, 0)", count);
    return fmt::format(
        "(SELECT json_agg(json_build_object('day', to_char(d.day, 'YYYY-MM-DD'){}) ORDER BY d.day)"
        " FROM (SELECT today - n AS day FROM clock, generate_series(0, {}) AS n) AS d LEFT JOIN ({}) AS c ON c.day = "
        "d.day)",
        members, kDays - 1, counted);
}

/// A time lies within the window's days.
std::string in_window(const View& view, std::string_view name) {
    return fmt::format("{0} >= (SELECT since FROM clock) AND {0} < (SELECT until FROM clock)",
                       sql_of(view, name, "timestamptz"));
}

/// Rows per day, of a table with `user_id`.
std::string rows_by_day(const View& view) {
    return by_day({"total"}, fmt::format("SELECT {} AS day, count(*) AS total FROM {} AND {} GROUP BY 1",
                                         utc_day_sql(view, "timestamp"), own_rows(view), in_window(view, "timestamp")));
}

std::string classified_by_day(const CoreViews& views) {
    const View& view = views.classifications;
    return by_day({"harmful", "inactive", "sane"},
                  fmt::format("SELECT {day} AS day, count(*) FILTER (WHERE t.harmful) AS harmful,"
                              " count(*) FILTER (WHERE t.inactive) AS inactive,"
                              " count(*) FILTER (WHERE t.harmful IS NOT TRUE AND t.inactive IS NOT TRUE) AS sane"
                              " FROM {rows} AND {window} GROUP BY 1",
                              fmt::arg("day", utc_day_sql(view, "classified_at")), fmt::arg("rows", own_rows(view)),
                              fmt::arg("window", in_window(view, "classified_at"))));
}

/// `cells`: posts by their views, so that there are fewer rows; `ranks`: how many posts have at most so many views.
std::string post_cells(const View& posts) {
    const std::string at = sql_of(posts, "timestamp", "timestamptz");
    return fmt::format(
        "cells AS MATERIALIZED (SELECT {views} AS views, {repost} AS repost, count(*) AS n,"
        " max({at}) FILTER (WHERE isfinite({at})) AS last FROM {rows} GROUP BY 1, 2),"
        " ranks AS MATERIALIZED (SELECT views, n, sum(n) OVER (ORDER BY views) AS upto, sum(n) OVER () AS total"
        " FROM (SELECT views, sum(n) AS n FROM cells WHERE views IS NOT NULL GROUP BY views) AS v)",
        fmt::arg("views", sql_of(posts, "views", "bigint")), fmt::arg("repost", sql_of(posts, "repost", "boolean")),
        fmt::arg("at", at), fmt::arg("rows", own_rows(posts)));
}

/// percentile_cont over the posts' views, from the ranks, so that a million posts need not be sorted.
/// Source: PostgreSQL manual, section 9.21, table 9.62.
std::string views_percentile(double fraction) {
    return fmt::format(
        "(SELECT r.low + (r.place - floor(r.place)) * (r.high - r.low) FROM (SELECT p.place,"
        " (SELECT min(views) FROM ranks WHERE upto > floor(p.place))::float8 AS low,"
        " (SELECT min(views) FROM ranks WHERE upto > ceil(p.place))::float8 AS high"
        " FROM (SELECT {}::float8 * (max(total) - 1)::float8 AS place FROM ranks) AS p) AS r)",
        fraction);
}

/// @param rows  SQL: rows `row`, `figure` and `id`, not more than needed
std::string top(std::string_view rows) {
    return fmt::format(
        "(SELECT coalesce(json_agg(row ORDER BY figure DESC, id), '[]') FROM (SELECT * FROM ({}) AS r"
        " ORDER BY figure DESC, id LIMIT {}) AS best)",
        rows, kTop);
}

std::string harmful_by_followers(const CoreViews& views) {
    const std::string followers = sql_of(views.users, "followers_count", "bigint");
    const bool there = views.has_classifications && views.users.find("followers_count")->is_present;
    return if_there(there,
                    top(fmt::format("SELECT t.id, {0} AS figure, {1} AS row FROM users AS t JOIN classification AS v"
                                    " ON v.user_id = t.id WHERE t.account_id = $1::bigint AND v.harmful AND {0} IS NOT "
                                    "NULL",
                                    followers, row_json_sql(views.users))),
                    "json");
}

std::string posts_by_views(const CoreViews& views) {
    const bool there = views.has_posts && views.posts.find("views")->is_present;
    const std::string figure = sql_of(views.posts, "views", "bigint");
    return if_there(there,
                    top(fmt::format("SELECT t.id, {0} AS figure, {1} AS row FROM {2} AND {0} >= "
                                    "(SELECT coalesce(max(views) FILTER (WHERE total - upto + n >= {3}), min(views)) "
                                    "FROM ranks)",
                                    figure, row_json_sql(views.posts), own_rows(views.posts), kTop)),
                    "json");
}

std::string share(std::string_view part, std::string_view whole) {
    return fmt::format("{}::float8 / nullif({}, 0)", part, whole);
}

std::vector<Figure> post_figures(const CoreViews& views) {
    const bool there = views.has_posts;
    const auto present = [&](std::string_view column) { return there && views.posts.find(column)->is_present; };
    const auto sum = [](std::string_view condition) {
        return fmt::format("(SELECT coalesce(sum(n), 0)::bigint FROM cells WHERE {})", condition);
    };
    return {
        {"total", if_there(there, sum("true"))},
        {"reposts", if_there(present("repost"), sum("repost"))},
        {"repost_share", if_there(present("repost"), share(sum("repost"), sum("repost IS NOT NULL")), "float8")},
        {"last_post_at", if_there(present("timestamp"), "(SELECT max(last) FROM cells)", "timestamptz")},
        {"views_median", if_there(present("views"), views_percentile(0.5), "float8")},
        {"views_p90", if_there(present("views"), views_percentile(0.9), "float8")},
        {"by_day", if_there(present("timestamp"), there ? rows_by_day(views.posts) : "", "json")},
    };
}

std::vector<Figure> action_figures(const CoreViews& views) {
    const bool there = views.has_actions;
    const auto present = [&](std::string_view column) { return there && views.actions.find(column)->is_present; };
    const auto counted = [&](std::string_view select, std::string_view from) {
        return there ? fmt::format("(SELECT {} FROM {})", select, from) : "";
    };
    const std::string rows = there ? own_rows(views.actions) : "";
    const std::string types = fmt::format("(SELECT {} AS type, count(*) AS total FROM {} GROUP BY 1) AS a",
                                          sql_of(views.actions, "action_type", "text"), rows);
    return {
        {"total", if_there(there, counted("count(*)", rows))},
        {"by_type", if_there(present("action_type"),
                             counted("coalesce(json_agg(json_build_object('action_type', type, 'total', total)"
                                     " ORDER BY total DESC, type), '[]')",
                                     types),
                             "json")},
        {"by_day", if_there(present("timestamp"), there ? rows_by_day(views.actions) : "", "json")},
    };
}

/// The names of the fields of which any value was replaced.
std::string corrected_somewhere(const CoreViews& views) {
    std::vector<std::string> names;
    const auto add = [&](std::string_view field, const std::string& from, const std::string& applies) {
        names.push_back(fmt::format("CASE WHEN EXISTS (SELECT FROM {} AND {}) THEN '{}' END", from, applies, field));
    };
    for (const auto& [field, applies] : views.users.corrections)
        add(field, "users AS t WHERE t.account_id = $1::bigint", applies);
    for (const auto& [field, applies] : views.posts.corrections) add(field, own_rows(views.posts), applies);
    return fmt::format("array_to_json(array_remove(ARRAY[{}]::text[], NULL))", fmt::join(names, ", "));
}

/// A count of an account that has none of the rows; NULL where it is not known of any account.
std::string or_zero(std::string_view table, const Figure& figure) {
    if (figure.sql.starts_with("NULL")) return figure.sql;
    return fmt::format("coalesce({}.{}, 0)", table, figure.name);
}

/// The columns of the answer, in the shape that RowWriter writes.
class Columns {
  public:
    void add(std::string_view name, std::string_view sql) {
        columns_.push_back(fmt::format("{} AS \"{}\"", sql, name));
    }
    void add_object(std::string_view name, const std::vector<Figure>& figures) {
        add(fmt::format("{}.", name), "true");
        for (const Figure& figure : figures) add(fmt::format("{}.{}", name, figure.name), figure.sql);
    }
    [[nodiscard]] std::string list() const { return fmt::format("{}", fmt::join(columns_, ", ")); }

  private:
    std::vector<std::string> columns_;
};

/// The counts and what share of the users with a verdict is harmful.
std::vector<Figure> user_figures(const CoreViews& views) {
    const bool judged = views.has_classifications;
    std::vector<Figure> figures = user_counts(views, "true");
    for (Figure& figure : figures) figure.sql = fmt::format("totals.{}", figure.name);
    figures.push_back({"harmful_share", if_there(judged, share("totals.harmful", "totals.classified"), "float8")});
    figures.push_back({"followers_harmful_share",
                       if_there(judged && views.users.find("follower")->is_present,
                                share("totals.followers_harmful", "totals.followers_classified"), "float8")});
    return figures;
}

/// Users by the month in which they joined and by their counts.
void add_distributions(Columns& columns, const CoreViews& views) {
    const View& users = views.users;
    const bool has_months = users.find("created_at")->is_present;
    const bool has_followers = users.find("followers_count")->is_present;
    const bool has_following = users.find("following_count")->is_present;
    const bool has_ratio = has_followers && has_following;
    const auto add_histogram = [&](std::string_view name, bool there, int kind, std::string_view edges, int step) {
        columns.add(name, if_there(there, histogram(views, kind, edges, step), "json"));
    };
    const auto add_in_bin = [&](std::string_view name, bool there, int kind, std::string_view condition) {
        columns.add(name, if_there(there, in_bin(kind, condition)));
    };
    columns.add("joined", if_there(has_months, joined(views), "json"));
    add_in_bin("joined_unknown", has_months, kByMonth, "month IS NULL");
    add_histogram("followers_count", has_followers, kByFollowers, kCountEdges, 1);
    add_in_bin("followers_count_unknown", has_followers, kByFollowers, "bin IS NULL");
    add_histogram("following_count", has_following, kByFollowing, kCountEdges, 1);
    add_in_bin("following_count_unknown", has_following, kByFollowing, "bin IS NULL");
    add_histogram("follow_ratio", has_ratio, kByRatio, kRatioEdges, 0);
    add_in_bin("follow_ratio_no_followers", has_ratio, kByRatio, "bin = 0");
    add_in_bin("follow_ratio_unknown", has_ratio, kByRatio, "bin IS NULL");
}

/// `clock`: today, and when the window of the days begins and ends.
std::string clock() {
    return fmt::format(
        "clock AS (SELECT today, (today - {})::timestamp AT TIME ZONE 'UTC' AS since,"
        " (today + 1)::timestamp AT TIME ZONE 'UTC' AS until,"
        " (date_trunc('month', today::timestamp) + interval '1 month')::date AS next_month"
        " FROM (SELECT (statement_timestamp() AT TIME ZONE 'UTC')::date AS today) AS d)",
        kDays - 1);
}

constexpr const char* kStatisticsStateSql = R"sql(
    SELECT concat_ws('/', (SELECT system_identifier FROM pg_control_system()), pg_postmaster_start_time(),
                     (SELECT oid FROM pg_database WHERE datname = current_database()),
                     (statement_timestamp() AT TIME ZONE 'UTC')::date,
                     (SELECT last_id FROM watchdxg_event_state),
                     (SELECT string_agg(concat_ws(' ', c.oid, c.relfilenode, c.relnatts,
                                                  pg_stat_get_tuples_inserted(c.oid) + pg_stat_get_tuples_updated(c.oid)
                                                      + pg_stat_get_tuples_deleted(c.oid)),
                                        ',' ORDER BY c.oid)
                        FROM pg_class AS c
                       WHERE c.oid IN (to_regclass('accounts'), to_regclass('users'), to_regclass('posts'),
                                       to_regclass('classification'), to_regclass('actions')))),
           EXISTS (SELECT
                     FROM pg_stat_activity
                    WHERE datname = current_database()
                      AND backend_type = 'client backend'
                      AND application_name <> current_setting('application_name')
                      AND state_change > statement_timestamp() - interval '11 seconds'))sql";

}  // namespace

const db::Query kStatisticsState{"statistics_state", kStatisticsStateSql};

StatisticsState read_statistics_state(const db::Rows& rows) {
    const db::Row row = rows.front();
    return {.text = std::string(row.text(0)), .is_settling = row.boolean(1)};
}

Statement select_statistics(const CoreViews& views, std::int64_t account, std::string_view handle) {
    const bool has_verdict_days = views.has_classifications && views.classifications.find("classified_at")->is_present;
    Columns columns;
    columns.add_object("account", {{"id", "$1::bigint"}, {"handle", "$2::text"}});
    columns.add("as_of", "statement_timestamp()");
    columns.add_object("users", user_figures(views));
    add_distributions(columns, views);
    columns.add_object("posts", post_figures(views));
    columns.add_object("actions", action_figures(views));
    columns.add("classified_by_day", has_verdict_days ? classified_by_day(views) : "NULL::json");
    columns.add("last_scrape_at", "totals.last_scrape_at");
    columns.add_object(
        "top", {{"harmful_by_followers", harmful_by_followers(views)}, {"posts_by_views", posts_by_views(views)}});
    if (views.users.is_corrected) columns.add("corrected", corrected_somewhere(views));
    std::string sql = fmt::format("WITH {}, {}, {}, {}{} SELECT {} FROM totals", clock(),
                                  people_sql(views.users, "people", "t.account_id = $1::bigint"), totals(views),
                                  bins(views), views.has_posts ? ", " + post_cells(views.posts) : "", columns.list());
    return {"statistics", std::move(sql), {account, handle}};
}

std::string account_counts_sql(const CoreViews& views) {
    std::vector<std::string> out{"a.id AS account_id"};
    std::string joins;
    // `owner` has the account: the core may give any of its tables a column of that name.
    const auto add = [&](std::string_view of, bool there, const std::vector<Figure>& figures, std::string_view from,
                         std::string_view owner) {
        for (const Figure& figure : figures)
            out.push_back(fmt::format("{} AS {}_{}", if_there(there, or_zero(of, figure)), of, figure.name));
        if (!there) return;
        joins += fmt::format(
            " LEFT JOIN (SELECT {0}.account_id, {1} FROM {2} GROUP BY {0}.account_id) AS {3} ON {3}.account_id = a.id",
            owner, select_list(figures), from, of);
    };
    const auto of_users = [](const View& view) {
        return fmt::format("{} AS t JOIN users AS u ON u.id = {}", view.resource->table, view.find("user_id")->sql);
    };
    add("users", true, user_counts(views, "p.account = t.account_id"), "users AS t" + verdict_join(views), "t");
    add("posts", views.has_posts, post_counts(views), of_users(views.posts), "u");
    add("actions", views.has_actions, {{"total", "count(*)"}}, of_users(views.actions), "u");
    return fmt::format("WITH {} SELECT {} FROM accounts AS a{}",
                       people_sql(views.users, "people", "t.account_id IS NOT NULL"), fmt::join(out, ", "), joins);
}

}  // namespace wdx::store
