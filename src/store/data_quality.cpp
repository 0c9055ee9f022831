#include "store/data_quality.hpp"

#include "store/column_sql.hpp"
#include "store/corrections.hpp"

#include <array>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wdx::store {
namespace {

using model::View;

constexpr int kStaleDays = 30;

constexpr std::array kChecks{
    DataCheck{.id = "swapped_post_counters",
              .title = "Counters of posts stand at the wrong places",
              .effect =
                  "`reposts` and `replies` of these posts hold the likes, and `likes` the replies. How often they "
                  "were reposted was not kept. Lists of posts show it; no figure of the statistics is made of it.",
              .corrected_by = "corrected=true"},
    DataCheck{.id = "decimal_comma_counts",
              .title = "Following or followers counted ten or a hundred times too high",
              .effect = "A decimal comma was read as one between thousands: `1,2 k` became 12000. Histograms, ratios, "
                        "top lists and the signals made of these counts are wrong for these users.",
              .corrected_by = "corrected=true"},
    DataCheck{.id = "shared_reposts",
              .title = "Users whose own post is stored as another user's repost",
              .effect = "A post is stored once. Where several users share it, it counts for one of them, and the core "
                        "stops reading the others there: their posts are cut short, and figures and signals made of "
                        "posts are too low. Only authors can be told, not all who reposted.",
              .corrected_by = ""},
    DataCheck{.id = "null_creation_dates",
              .title = "Users without the date on which they joined",
              .effect = "They are in `joined_unknown` of the statistics and in no cohort; the signals of their age are "
                        "missing.",
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

/// The ids of rows that a check finds.
struct Finding {
    std::string ids;                ///< SQL: a query of one column `id`; empty: the schema cannot tell
    std::string_view as_id = "id";  ///< SQL: how an id is shown
};

std::string own_users(const CoreViews& views, std::string_view condition) {
    return fmt::format("SELECT t.id FROM users AS t WHERE {} = $1::bigint AND {}",
                       sql_of(views.users, "account_id", "integer"), condition);
}

Finding swapped_post_counters(const CoreViews& views) {
    if (!views.has_posts || swapped_accounts_sql(views.posts).empty()) return {};
    const std::string& reposts = views.posts.find("reposts")->sql;
    const std::string& replies = views.posts.find("replies")->sql;
    const std::string rows = fmt::format(
        "posts AS t JOIN users AS u ON u.id = {} WHERE u.account_id = $1::bigint AND {} IS NOT NULL AND {} IS NOT NULL",
        views.posts.find("user_id")->sql, reposts, replies);
    return {fmt::format("SELECT t.id FROM {0} AND (SELECT {1} FROM {0})", rows, is_swapped_sql(reposts, replies)),
            "id::text"};
}

Finding decimal_comma_counts(const CoreViews& views) {
    View corrected = views.users;
    correct_users(corrected);
    if (corrected.corrections.empty()) return {};
    std::vector<std::string> conditions;
    for (const auto& [field, applies] : corrected.corrections) conditions.push_back(applies);
    return {own_users(views, fmt::format("({})", fmt::join(conditions, " OR ")))};
}

Finding shared_reposts(const CoreViews& views) {
    if (!views.has_posts) return {};
    for (const std::string_view needed : {"repost", "handle"})
        if (!views.posts.find(needed)->is_present) return {};
    return {fmt::format(
        "SELECT DISTINCT author.id FROM posts AS t JOIN users AS u ON u.id = {user} JOIN users AS author"
        " ON lower(author.handle) = lower({handle}) AND author.account_id = u.account_id"
        " AND author.id <> u.id WHERE u.account_id = $1::bigint AND {repost}",
        fmt::arg("user", views.posts.find("user_id")->sql), fmt::arg("handle", views.posts.find("handle")->sql),
        fmt::arg("repost", views.posts.find("repost")->sql))};
}

Finding null_creation_dates(const CoreViews& views) {
    const model::Column& joined = *views.users.find("created_at");
    if (!joined.is_present) return {};
    return {own_users(views, joined.sql + " IS NULL")};
}

Finding stale_rows(const CoreViews& views) {
    const model::Column& updated = *views.users.find("last_updated");
    if (!updated.is_present) return {};
    return {own_users(views, fmt::format("{} < now() - interval '{} days'", updated.sql, kStaleDays))};
}

Finding unowned_users(const CoreViews& views) {
    const model::Column& account = *views.users.find("account_id");
    if (!account.is_present) return {};
    return {fmt::format("SELECT t.id FROM users AS t WHERE NOT EXISTS (SELECT FROM accounts AS a WHERE a.id = {})",
                        account.sql)};
}

}  // namespace

std::span<const DataCheck> data_checks() {
    return kChecks;
}

std::string data_quality_sql(const CoreViews& views) {
    const std::array findings{swapped_post_counters(views), decimal_comma_counts(views), shared_reposts(views),
                              null_creation_dates(views),   stale_rows(views),           unowned_users(views)};
    static_assert(std::tuple_size_v<decltype(findings)> == kChecks.size());
    std::vector<std::string> ctes;
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < findings.size(); ++i) {
        if (findings[i].ids.empty()) {
            lines.push_back(fmt::format("SELECT {} AS place, NULL::bigint AS rows, '[]'::json AS examples", i));
            continue;
        }
        ctes.push_back(fmt::format("found_{} AS MATERIALIZED ({})", i, findings[i].ids));
        lines.push_back(fmt::format(
            "SELECT {0} AS place, (SELECT count(*) FROM found_{0}) AS rows, (SELECT coalesce(json_agg({1}"
            " ORDER BY id), '[]') FROM (SELECT id FROM found_{0} ORDER BY id LIMIT {2}) AS few) AS examples",
            i, findings[i].as_id, kMostExamples));
    }
    return fmt::format("{}{} SELECT rows, examples FROM ({}) AS f ORDER BY place", ctes.empty() ? "" : "WITH ",
                       fmt::join(ctes, ", "), fmt::join(lines, " UNION ALL "));
}

}  // namespace wdx::store
