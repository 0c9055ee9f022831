#include "store/insight/signal_sources.hpp"

#include "store/core/column_sql.hpp"
#include "store/core/corrections.hpp"
#include "store/insight/row_values.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wdx::store {
namespace {

namespace asio = boost::asio;
using model::Source;
using model::View;

/// PostgreSQL's clock as microseconds since 1970.
constexpr std::string_view kNow = "(extract(epoch FROM statement_timestamp()) * 1000000)::bigint";

/// True of the rows `t` that a transaction from $1 on wrote.  Ages are differences modulo 2^32: that of a row which was
/// written more than 2^31 transactions ago is negative, for PostgreSQL keeps the number of a row that it has frozen.
constexpr std::string_view kIsNew = "age(t.xmin) BETWEEN 0 AND age($1::text::xid)";

/// The rows of posts by user: `n`, `is_new` (one of them is).
std::string counted_posts(const CoreViews& views) {
    if (!views.has_posts) return "(SELECT NULL::integer AS user_id, 0::bigint AS n, false AS is_new WHERE false)";
    return fmt::format("(SELECT {0} AS user_id, count(*) AS n, bool_or({1}) AS is_new FROM posts AS t GROUP BY {0})",
                       views.posts.find("user_id")->sql, kIsNew);
}

std::string count_of(const View& view, std::string_view name) {
    const std::string sql = sql_of(view, name, "integer");
    return fmt::format("CASE WHEN {0} >= 0 THEN ({0})::float8 END", sql);
}

std::string microseconds_of(std::string_view sql) {
    return fmt::format("(extract(epoch FROM {}) * 1000000)::bigint", sql);
}

/// For each user with posts: how many, how many say whether they are reposts, how many are reposts, how often the most
/// frequent text of its own occurs, and when the last post was.
std::string posts_by_user(const CoreViews& views, std::string_view where) {
    if (!views.has_posts)
        return "(SELECT NULL::integer AS user_id, NULL::bigint AS posts, NULL::bigint AS judged, NULL::bigint AS "
               "reposts, NULL::bigint AS same_text, NULL::timestamptz AS last WHERE false)";
    return fmt::format(
        "(SELECT user_id, sum(n)::bigint AS posts, sum(judged)::bigint AS judged, sum(reposts)::bigint AS reposts,"
        " max(own) AS same_text, max(last) AS last FROM (SELECT {user} AS user_id, count(*) AS n,"
        " count({repost}) AS judged, count(*) FILTER (WHERE {repost}) AS reposts,"
        " count(*) FILTER (WHERE {repost} IS NOT TRUE AND {text} ~ '\\S') AS own, max({at}) AS last"
        " FROM posts AS t{where} GROUP BY {user}, hashtextextended(coalesce({text}, ''), 0)) AS texts GROUP BY "
        "user_id)",
        fmt::arg("user", views.posts.find("user_id")->sql),
        fmt::arg("repost", sql_of(views.posts, "repost", "boolean")),
        fmt::arg("text", sql_of(views.posts, "text", "text")),
        fmt::arg("at", sql_of(views.posts, "timestamp", "timestamptz")), fmt::arg("where", where));
}

}  // namespace

std::string changes_sql(const CoreViews& views, bool of_all) {
    std::string changed =
        "SELECT s.user_id AS id, true AS is_gone FROM watchdxg_signal AS s"
        " WHERE NOT EXISTS (SELECT FROM users AS t WHERE t.id = s.user_id)";
    if (!of_all)
        changed = fmt::format(
            "(SELECT t.id::bigint AS id, false AS is_gone FROM users AS t LEFT JOIN watchdxg_signal AS s ON s.user_id ="
            " t.id WHERE s.user_id IS NULL OR {} OR ($2::boolean AND s.last_seen IS NULL)"
            " UNION SELECT s.user_id, false FROM watchdxg_signal AS s JOIN users AS t ON t.id = s.user_id"
            " LEFT JOIN {} AS p ON p.user_id = s.user_id WHERE p.is_new OR coalesce(p.n, 0) <> s.posts_seen LIMIT {})"
            " UNION ALL {}",
            kIsNew, counted_posts(views), kMostChangedUsers + 1, changed);
    return fmt::format(
        "WITH snapshot AS (SELECT txid_current_snapshot() AS s)"
        " SELECT d.id, d.is_gone, txid_snapshot_xmin(n.s), txid_snapshot_xmax(n.s), {}, (SELECT count(*) FROM users)"
        " FROM snapshot AS n LEFT JOIN ({}) AS d ON {}",
        kNow, changed, of_all ? "$1::text IS NULL AND $2::boolean IS NOT NULL" : "true");
}

std::string sources_sql(const CoreViews& views, bool of_all) {
    View users = views.users;
    correct_users(users);
    const std::string of_posts =
        views.has_posts ? fmt::format(" WHERE {} = ANY ($1::bigint[])", views.posts.find("user_id")->sql) : "";
    const auto text = [&](std::string_view name) { return sql_of(users, name, "text"); };
    return fmt::format(
        "SELECT t.id::bigint, coalesce({account}, -1)::bigint, {handle}, {name}, {bio}, {link}, {certified},"
        " {following}, {followers}, {joined} - date '1970-01-01', {updated}, p.posts, p.judged, p.reposts, p.same_text,"
        " {last} FROM users AS t LEFT JOIN {posts} AS p ON p.user_id = t.id{where}",
        fmt::arg("account", sql_of(users, "account_id", "integer")), fmt::arg("handle", text("handle")),
        fmt::arg("name", text("username")), fmt::arg("bio", text("bio")), fmt::arg("link", text("featured_url")),
        fmt::arg("certified", sql_of(users, "certified", "boolean")),
        fmt::arg("following", count_of(users, "following_count")),
        fmt::arg("followers", count_of(users, "followers_count")), fmt::arg("joined", utc_day_sql(users, "created_at")),
        fmt::arg("updated", microseconds_of(sql_of(users, "last_updated", "timestamptz"))),
        fmt::arg("last", microseconds_of("p.last")), fmt::arg("posts", posts_by_user(views, of_all ? "" : of_posts)),
        fmt::arg("where", of_all ? "" : " WHERE t.id = ANY ($1::bigint[])"));
}

SourceRows::SourceRows(const CoreViews& views)
    : knows_bio_(views.users.find("bio")->is_present),
      knows_link_(views.users.find("featured_url")->is_present),
      knows_posts_(views.has_posts) {}

// Reads the columns in the order of sources_sql.
Source SourceRows::read(const db::Row& row) const {
    Source source{.id = row.integer(0),
                  .account = row.integer(1),
                  .handle = optional_string(row, 2),
                  .name = optional_string(row, 3),
                  .bio = optional_string(row, 4),
                  .link = optional_string(row, 5),
                  .knows_bio = knows_bio_,
                  .knows_link = knows_link_,
                  .knows_posts = knows_posts_,
                  .following = row.optional_real(7),
                  .followers = row.optional_real(8),
                  .joined = optional_day(row, 9),
                  .last_updated = optional_time(row, 10),
                  .posts = row.optional_integer(11).value_or(0),
                  .posts_judged = row.optional_integer(12).value_or(0),
                  .reposts = row.optional_integer(13).value_or(0),
                  .same_text = row.optional_integer(14).value_or(0),
                  .last_post = optional_time(row, 15)};
    if (!row.is_null(6)) source.is_certified = row.boolean(6);
    return source;
}

Statement select_sources(const CoreViews& views, const std::vector<std::int64_t>& ids) {
    return {"signal_sources", sources_sql(views, false), {fmt::format("{{{}}}", fmt::join(ids, ","))}};
}

asio::awaitable<std::vector<Source>> SourceReader::next(std::size_t most) {
    std::vector<Source> sources;
    while (sources.size() < most) {
        if (const auto row = stream_->next()) {
            sources.push_back(rows_.read(*row));
        } else if (stream_->finished()) {
            break;
        } else {
            co_await stream_->wait();
        }
    }
    co_return sources;
}

}  // namespace wdx::store
