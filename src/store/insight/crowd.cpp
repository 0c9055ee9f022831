#include "store/insight/crowd.hpp"

#include "store/core/column_sql.hpp"
#include "store/core/corrections.hpp"
#include "store/core/draws.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wdx::store {
namespace {

using model::View;

/// By so many levels of equal size ranks are told apart.
constexpr int kLevels = 20;

/// SQL: an array of the shares of users below each level but the first.
std::string level_shares() {
    std::vector<double> shares;
    for (int level = 1; level < kLevels; ++level) shares.push_back(static_cast<double>(level) / kLevels);
    return fmt::format("ARRAY[{}]::float8[]", fmt::join(shares, ", "));
}

}  // namespace

Statement select_crowd(const CoreViews& views, std::int64_t account, Crowd crowd) {
    const bool of_followers = crowd == Crowd::followers;
    View users = views.users;
    correct_users(users);  // as for the scores
    const std::string followers =
        fmt::format("greatest(coalesce({}, 0), 0)::float8", sql_of(users, "followers_count", "bigint"));
    const std::string newest = "v.classified_at DESC NULLS LAST, v.user_id DESC";
    const std::string alone = views.has_classifications
                                  ? "v.user_id IS NOT NULL AS judged, m.user_id IS NOT NULL AS sampled,"
                                    " coalesce(v.harmful, false) AS harmful, coalesce(v.inactive, false) AS inactive"
                                    " FROM watchdxg_signal AS s LEFT JOIN classification AS v ON v.user_id = s.user_id"
                                    " LEFT JOIN watchdxg_sampled_verdict AS m ON m.user_id = v.user_id"
                                  : "false AS judged, false AS sampled, false AS harmful, false AS inactive"
                                    " FROM watchdxg_signal AS s";
    const std::string newest_verdicts =
        views.has_classifications
            ? fmt::format(
                  "SELECT o.person, (array_agg(coalesce(v.harmful, false) ORDER BY {0}))[1] AS harmful,"
                  " (array_agg(coalesce(v.inactive, false) ORDER BY {0}))[1] AS inactive,"
                  " bool_or(m.user_id IS NOT NULL) AS sampled FROM several AS e JOIN watchdxg_signal AS o"
                  " ON o.person = e.person JOIN classification AS v ON v.user_id = o.user_id"
                  " LEFT JOIN watchdxg_sampled_verdict AS m ON m.user_id = v.user_id"
                  " WHERE o.account_id = $1::bigint GROUP BY o.person",
                  newest)
            : "SELECT NULL::bigint AS person, false AS harmful, false AS inactive, false AS sampled WHERE false";
    // Nearly everybody is one row, whose verdict need not be looked for among others: that takes a third of the time.
    // CASE lets PostgreSQL expect few other rows: of two unequal columns it expects nearly all.
    std::string sql = fmt::format(
        "WITH several AS MATERIALIZED (SELECT DISTINCT o.person FROM watchdxg_signal AS o"
        " WHERE o.account_id = $1::bigint AND CASE WHEN o.person = o.user_id THEN 0 ELSE 1 END = 1), verdicts AS "
        "({newest_verdicts}),"
        " bounds AS MATERIALIZED (SELECT percentile_disc({shares}) WITHIN GROUP (ORDER BY s.risk) AS risks"
        " FROM watchdxg_signal AS s WHERE s.account_id = $1::bigint AND s.risk IS NOT NULL),"
        " judged AS (SELECT s.user_id, s.risk, {alone} WHERE s.account_id = $1::bigint AND {stands}"
        " AND NOT EXISTS (SELECT FROM several AS e WHERE e.person = s.person)"
        " UNION ALL SELECT s.user_id, s.risk, v.person IS NOT NULL, coalesce(v.sampled, false),"
        " coalesce(v.harmful, false), coalesce(v.inactive, false) FROM several AS e JOIN watchdxg_signal AS s"
        " ON s.user_id = e.person LEFT JOIN verdicts AS v ON v.person = e.person WHERE s.account_id = $1::bigint AND "
        "{stands}),"
        " people AS (SELECT coalesce(width_bucket(s.risk, b.risks), 0) AS level, s.risk, s.judged, s.sampled,"
        " s.harmful, s.inactive, {followers} AS followers FROM judged AS s CROSS JOIN bounds AS b{users})"
        " SELECT level, judged, sampled, harmful, inactive, count(*), sum(followers), sum(followers ^ 2), min(risk)"
        " FROM people GROUP BY level, judged, sampled, harmful, inactive",
        fmt::arg("newest_verdicts", newest_verdicts), fmt::arg("shares", level_shares()), fmt::arg("alone", alone),
        fmt::arg("stands", kStandsForPerson), fmt::arg("followers", of_followers ? followers : "0::float8"),
        fmt::arg("users", of_followers ? fmt::format(" JOIN users AS t ON t.id = s.user_id AND {}",
                                                     sql_of(views.users, "follower", "boolean"))
                                       : ""));
    return {"crowd", std::move(sql), {account}};
}

// Reads the columns in the order of the SELECT list above.
std::vector<model::Cell> read_crowd(const db::Rows& rows) {
    std::vector<model::Cell> crowd;
    crowd.reserve(static_cast<std::size_t>(rows.size()));
    for (int i = 0; i < rows.size(); ++i) {
        const db::Row row = rows[i];
        model::Known known = model::Known::unjudged;
        if (row.boolean(1)) known = row.boolean(2) ? model::Known::sampled : model::Known::judged;
        crowd.push_back({.level = static_cast<int>(row.integer(0)),
                         .known = known,
                         .harmful = row.boolean(3),
                         .inactive = row.boolean(4),
                         .people = row.integer(5),
                         .followers = row.real(6),
                         .followers_squared = row.real(7),
                         .least_risk = row.optional_real(8)});
    }
    // Here, so that PostgreSQL need not sort all people for it.
    std::sort(crowd.begin(), crowd.end(), [](const model::Cell& a, const model::Cell& b) {
        return std::tie(a.level, a.known, a.harmful, a.inactive) < std::tie(b.level, b.known, b.harmful, b.inactive);
    });
    return crowd;
}

}  // namespace wdx::store
