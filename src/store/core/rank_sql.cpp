#include "store/core/rank_sql.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wdx::store {

const std::string_view kRankOfOneSql = R"sql((
        SELECT (CASE WHEN step.risk = k.risk THEN step.below + step.same / 2.0
                     ELSE least(step.below + step.same
                                + (SELECT count(*) FILTER (WHERE o.risk < k.risk)
                                          + count(*) FILTER (WHERE o.risk = k.risk) / 2.0
                                     FROM watchdxg_signal AS o
                                    WHERE o.account_id = k.account_id AND o.risk > step.risk AND o.risk <= k.risk),
                                coalesce((SELECT next.below
                                            FROM watchdxg_risk_step AS next
                                           WHERE next.account_id = k.account_id AND next.risk > step.risk
                                           ORDER BY next.risk
                                           LIMIT 1), step.total))
                END / step.total)::float8
          FROM watchdxg_risk_step AS step
         WHERE step.account_id = k.account_id AND step.risk <= k.risk
         ORDER BY step.risk DESC
         LIMIT 1))sql";

namespace {

using model::Lookup;

/// FROM `b`, of each account: the lowest step (`lowest`), where everybody who has a rank begins; the highest step whose
/// rank is below a value (`below`); and the lowest one whose rank is above it (`above`).
/// @param is_below  `<` or `<=`, whether a step with that very rank is below it; is_above  `>` or `>=` likewise
std::string bounds_sql(std::string_view is_below, std::string_view is_above, std::string_view value) {
    constexpr std::string_view kRank = "((step.below + step.same / 2.0) / step.total)::float8";
    return fmt::format(
        "(SELECT step.account_id, min(step.risk) AS lowest, max(step.risk) FILTER (WHERE {0} {1} {3}) AS below,"
        " min(step.risk) FILTER (WHERE {0} {2} {3}) AS above FROM watchdxg_risk_step AS step GROUP BY step.account_id) "
        "AS b",
        kRank, is_below, is_above, value);
}

/// @param condition  over `b` and the row `k` of watchdxg_signal
std::string users_sql(std::string_view bounds, std::string_view condition) {
    return fmt::format(
        "t.id IN (SELECT k.user_id FROM {} JOIN watchdxg_signal AS k ON k.account_id = b.account_id AND {})", bounds,
        condition);
}

std::string at_least_sql(bool or_equal, const std::string& value) {
    const std::string_view comparison = or_equal ? ">=" : ">";
    return users_sql(bounds_sql(or_equal ? "<" : "<=", comparison, value),
                     fmt::format("k.risk >= coalesce(b.below, b.above) AND (k.risk >= b.above"
                                 " OR ((k.risk < b.above) IS NOT FALSE AND k.risk > b.below AND {} {} {}))",
                                 kRankOfOneSql, comparison, value));
}

std::string at_most_sql(bool or_equal, const std::string& value) {
    const std::string_view comparison = or_equal ? "<=" : "<";
    return users_sql(bounds_sql(comparison, or_equal ? ">" : ">=", value),
                     fmt::format("k.risk >= b.lowest AND k.risk < coalesce(b.above, 'Infinity')"
                                 " AND (k.risk <= b.below OR {} {} {})",
                                 kRankOfOneSql, comparison, value));
}

/// @param values  of an array
std::string any_of_sql(const std::string& values) {
    return users_sql(
        fmt::format("unnest({}) AS given (value) CROSS JOIN LATERAL {}", values, bounds_sql("<", ">", "given.value")),
        fmt::format("k.risk >= coalesce(b.below, b.lowest) AND k.risk <= coalesce(b.above, 'Infinity')"
                    " AND {} = given.value",
                    kRankOfOneSql));
}

/// Whether there is a rank.  Not `NOT IN`, which is no join: among more users than fit into memory each would be looked
/// for anew.
std::string is_known_sql() {
    return "EXISTS (SELECT FROM (SELECT step.account_id, min(step.risk) AS lowest FROM watchdxg_risk_step AS step"
           " GROUP BY step.account_id) AS b JOIN watchdxg_signal AS k"
           " ON k.account_id = b.account_id AND k.risk >= b.lowest WHERE k.user_id = t.id)";
}

}  // namespace

std::string rank_condition_sql(const model::Condition& condition, SqlParams& params) {
    const std::string& first = condition.values.front();
    switch (condition.lookup) {
        case Lookup::gt:
        case Lookup::gte:
            return at_least_sql(condition.lookup == Lookup::gte, params.add(first, "float8"));
        case Lookup::lt:
        case Lookup::lte:
            return at_most_sql(condition.lookup == Lookup::lte, params.add(first, "float8"));
        case Lookup::range: {
            const std::string from = at_least_sql(true, params.add(first, "float8"));
            return fmt::format("{} AND {}", from, at_most_sql(true, params.add(condition.values.back(), "float8")));
        }
        case Lookup::isnull:
            return fmt::format("{}{}", first == "true" ? "NOT " : "", is_known_sql());
        default:  // exact, in
            return any_of_sql(params.add(fmt::format("{{{}}}", fmt::join(condition.values, ",")), "float8[]"));
    }
}

}  // namespace wdx::store
