#include "store/insight/data_quality.hpp"

#include "store/core/column_sql.hpp"
#include "store/core/corrections.hpp"
#include "store/core/people_sql.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wdx::store {
namespace {

constexpr int kStaleDays = 30;

constexpr std::array kChecks{
    DataCheck{.id = "swapped_post_counters",
              .title = "Post counters are stored in the wrong columns",
              .effect =
                  "`reposts` and `replies` of these posts hold the likes, and `likes` the replies. How often they "
                  "were reposted was not kept. Lists of posts show it; no figure of the statistics is made of it.",
              .corrected_by = "corrected=true"},
    DataCheck{.id = "decimal_comma_counts",
              .title = "Following or followers counted ten or a hundred times too high",
              .effect = "A decimal comma was read as one between thousands: `1,2 k` became 12000. Histograms, ratios "
                        "and top lists are wrong for these users; signals are made of the corrected counts.",
              .corrected_by = "corrected=true"},
    DataCheck{.id = "thousands_point_counts",
              .title = "Following or followers counted a thousand times too low",
              .effect =
                  "A point between thousands was read as a decimal one: `12.345` became 12. Histograms, ratios and "
                  "top lists are wrong for these users; signals are made of the corrected counts.",
              .corrected_by = "corrected=true"},
    DataCheck{.id = "unclear_counts",
              .title = "Following or followers that are not what X displayed",
              .effect = "The stored count does not begin with the digits of its text, and no known fault explains it. "
                        "Which of the two is right cannot be told; figures and signals use the count.",
              .corrected_by = ""},
    DataCheck{.id = "shared_reposts",
              .title = "Users whose own post is stored as another user's repost",
              .effect = "A post is stored once. Where several users share it, it counts for one of them, and the core "
                        "stops reading the others there: their posts are cut short, and figures and signals made of "
                        "posts are too low. Only authors can be told, not all who reposted.",
              .corrected_by = ""},
    DataCheck{.id = "null_creation_dates",
              .title = "Users without the date on which they joined",
              .effect = "They are in `joined_unknown` of the statistics and in no cohort; the signals of their age are "
                        "missing. Today's core stores no such user: it drops whom it cannot read the date of, and the "
                        "rows cannot tell how many that were.",
              .corrected_by = ""},
    DataCheck{.id = "duplicate_users",
              .title = "People stored as several rows",
              .effect = "The same handle joined the same X account's users in the same month: the core once stored the "
                        "day of the scrape as that of joining. `users.total` and the histograms count rows, "
                        "`users.people` people; waves, cohorts and triage have each person once.",
              .corrected_by = ""},
    DataCheck{.id = "stale_rows",
              .title = "Users that were last read more than 30 days ago",
              .effect = "Their counts, names and bios are of that day, and so is every figure made of them.",
              .corrected_by = ""},
    DataCheck{.id = "unowned_users",
              .title = "Users that belong to no X account",
              .effect = "They are in lists of all users alone: no statistics, history or insight of an account has "
                        "them.",
              .corrected_by = "",
              .of_account = false},
};

/// How the rows that a check is about are found.
struct Search {
    std::string ids;                ///< SQL: a query of one column `id`; empty: the schema cannot tell
    std::string_view as_id = "id";  ///< SQL: how an id is shown
};

std::string own_users(const CoreViews& views, std::string_view condition) {
    return fmt::format("SELECT t.id FROM users AS t WHERE {} = $1::bigint AND {}",
                       sql_of(views.users, "account_id", "integer"), condition);
}

/// @param condition  empty: the schema cannot tell
Search users_where(const CoreViews& views, const std::string& condition) {
    if (condition.empty()) return {};
    return {own_users(views, condition)};
}

Search swapped_post_counters(const CoreViews& views) {
    if (!views.has_posts || swapped_accounts_sql(views.posts).empty()) return {};
    const std::string& reposts = views.posts.find("reposts")->sql;
    const std::string& replies = views.posts.find("replies")->sql;
    const std::string rows = fmt::format(
        "posts AS t JOIN users AS u ON u.id = {} WHERE u.account_id = $1::bigint AND {} IS NOT NULL AND {} IS NOT NULL",
        views.posts.find("user_id")->sql, reposts, replies);
    return {fmt::format("SELECT t.id FROM {0} AND (SELECT {1} FROM {0})", rows, is_swapped_sql(reposts, replies)),
            "id::text"};
}

Search decimal_comma_counts(const CoreViews& views) {
    return users_where(views, decimal_comma_sql(views.users));
}

Search thousands_point_counts(const CoreViews& views) {
    return users_where(views, thousands_point_sql(views.users));
}

Search unclear_counts(const CoreViews& views) {
    return users_where(views, unclear_counts_sql(views.users));
}

Search shared_reposts(const CoreViews& views) {
    if (!views.has_posts) return {};
    for (const std::string_view needed : {"repost", "handle"})
        if (!views.posts.find(needed)->is_present) return {};
    // Numbers are sorted in a third of the time of texts; equal ones need not be of equal handles.
    return {fmt::format(
        "SELECT DISTINCT author.id FROM posts AS t JOIN users AS u ON u.id = {user} JOIN users AS author"
        " ON hashtextextended(lower(author.handle), 0) = hashtextextended(lower({handle}), 0)"
        " AND lower(author.handle) = lower({handle}) AND author.account_id = u.account_id"
        " AND author.id <> u.id WHERE u.account_id = $1::bigint AND {repost}",
        fmt::arg("user", views.posts.find("user_id")->sql), fmt::arg("handle", views.posts.find("handle")->sql),
        fmt::arg("repost", views.posts.find("repost")->sql))};
}

Search null_creation_dates(const CoreViews& views) {
    const model::Column& joined = *views.users.find("created_at");
    if (!joined.is_present) return {};
    return {own_users(views, joined.raw + " IS NULL")};
}

Search duplicate_users(const CoreViews& views) {
    for (const std::string_view needed : {"account_id", "handle", "created_at"})
        if (!views.users.find(needed)->is_present) return {};
    const std::string own = fmt::format("{} = $1::bigint", views.users.find("account_id")->sql);
    return {fmt::format("WITH {} SELECT id FROM people", people_sql(views.users, "people", own))};
}

Search stale_rows(const CoreViews& views) {
    const model::Column& updated = *views.users.find("last_updated");
    if (!updated.is_present) return {};
    return {own_users(views, fmt::format("{} < now() - interval '{} days'", updated.sql, kStaleDays))};
}

Search unowned_users(const CoreViews& views) {
    const model::Column& account = *views.users.find("account_id");
    if (!account.is_present) return {};
    return {fmt::format("SELECT t.id FROM users AS t WHERE NOT EXISTS (SELECT FROM accounts AS a WHERE a.id = {})",
                        account.sql)};
}

}  // namespace

std::span<const DataCheck> data_checks() {
    return kChecks;
}

Statement select_data_quality(const CoreViews& views, std::int64_t account) {
    const std::array searches{swapped_post_counters(views), decimal_comma_counts(views), thousands_point_counts(views),
                              unclear_counts(views),        shared_reposts(views),       null_creation_dates(views),
                              duplicate_users(views),       stale_rows(views),           unowned_users(views)};
    static_assert(std::tuple_size_v<decltype(searches)> == kChecks.size());
    std::vector<std::string> ctes;
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < searches.size(); ++i) {
        if (searches[i].ids.empty()) {
            lines.push_back(fmt::format("SELECT {} AS place, NULL::bigint AS rows, '[]'::json AS examples", i));
            continue;
        }
        ctes.push_back(fmt::format("found_{} AS MATERIALIZED ({})", i, searches[i].ids));
        lines.push_back(fmt::format(
            "SELECT {0} AS place, (SELECT count(*) FROM found_{0}) AS rows, (SELECT coalesce(json_agg({1}"
            " ORDER BY id), '[]') FROM (SELECT id FROM found_{0} ORDER BY id LIMIT {2}) AS few) AS examples",
            i, searches[i].as_id, kMostExamples));
    }
    std::string sql = fmt::format("{}{} SELECT rows, examples FROM ({}) AS f ORDER BY place",
                                  ctes.empty() ? "" : "WITH ", fmt::join(ctes, ", "), fmt::join(lines, " UNION ALL "));
    return {"data_quality", std::move(sql), {account}};
}

std::vector<DataFinding> read_data_quality(const db::Rows& rows) {
    std::vector<DataFinding> findings;
    for (int i = 0; i < rows.size(); ++i) {
        const db::Row row = rows[i];
        findings.push_back({&kChecks[static_cast<std::size_t>(i)], std::nullopt, std::string(row.text(1))});
        if (!row.is_null(0)) findings.back().rows = row.integer(0);
    }
    return findings;
}

const db::Query kListCheckedAccounts{"list_checked_accounts",
                                     "SELECT id::bigint, handle::text FROM accounts ORDER BY id"};

std::vector<CheckedAccount> read_checked_accounts(const db::Rows& rows) {
    std::vector<CheckedAccount> accounts;
    for (int i = 0; i < rows.size(); ++i) {
        accounts.push_back({rows[i].integer(0), std::nullopt});
        if (const auto handle = rows[i].optional_text(1)) accounts.back().handle = std::string(*handle);
    }
    return accounts;
}

}  // namespace wdx::store
