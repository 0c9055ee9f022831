#include "store/core/rank_sql.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wdx::store {

const std::string_view kRankOfOneSql = R"sql((
        SELECT least((CASE WHEN step.risk = k.risk THEN step.below + step.same / 2.0
                           ELSE step.below + step.same
                                + (SELECT count(*) FILTER (WHERE o.risk < k.risk)
                                          + count(*) FILTER (WHERE o.risk = k.risk) / 2.0
                                     FROM watchdxg_signal AS o
                                    WHERE o.account_id = k.account_id AND o.risk > step.risk AND o.risk <= k.risk)
                      END) / step.total, 1)::float8
          FROM watchdxg_risk_step AS step
         WHERE step.account_id = k.account_id AND step.risk <= k.risk
         ORDER BY step.risk DESC
         LIMIT 1))sql";

namespace {

using model::Lookup;

/// Of each account the lowest step, where everybody who has a rank begins; the highest one whose rank is below a value
/// (`below`); and the lowest one whose rank is above it (`above`).
/// @param is_below  `<` or `<=`: whether a step with that very rank is below it
std::string bounds_sql(std::string_view is_below, std::string_view value) {
    const std::string rank_is_below =
        fmt::format("least((step.below + step.same / 2.0) / step.total, 1)::float8 {} {}", is_below, value);
    return fmt::format(
        "SELECT step.account_id, min(step.risk) AS lowest, max(step.risk) FILTER (WHERE {0}) AS below,"
        " min(step.risk) FILTER (WHERE NOT {0}) AS above FROM watchdxg_risk_step AS step GROUP BY step.account_id",
        rank_is_below);
}

std::string users_sql(std::string_view bounds, std::string_view condition) {
    return fmt::format(
        "t.id IN (SELECT k.user_id FROM ({}) AS b JOIN watchdxg_signal AS k ON k.account_id = b.account_id AND {})",
        bounds, condition);
}

std::string at_least_sql(bool or_equal, const std::string& value) {
    return users_sql(
        bounds_sql(or_equal ? "<" : "<=", value),
        fmt::format("k.risk >= coalesce(b.below, b.above) AND"
                    " (k.risk >= b.above OR ((k.risk < b.above) IS NOT FALSE AND k.risk > b.below AND {} {} {}))",
                    kRankOfOneSql, or_equal ? ">=" : ">", value));
}

std::string at_most_sql(bool or_equal, const std::string& value) {
    return users_sql(
        bounds_sql(or_equal ? "<=" : "<", value),
        fmt::format("k.risk >= b.lowest AND k.risk < coalesce(b.above, 'Infinity') AND (k.risk <= b.below OR {} {} {})",
                    kRankOfOneSql, or_equal ? "<=" : "<", value));
}

std::string is_known_sql() {
    return users_sql(
        "SELECT step.account_id, min(step.risk) AS lowest FROM watchdxg_risk_step AS step GROUP BY step.account_id",
        "k.risk >= b.lowest");
}

}  // namespace

std::string rank_condition_sql(const model::Condition& condition, SqlParams& params) {
    const auto value = [&](const std::string& text) { return params.add(text, "float8"); };
    const auto between = [&](const std::string& from, const std::string& to) {
        return fmt::format("({} AND {})", at_least_sql(true, value(from)), at_most_sql(true, value(to)));
    };
    const std::string& first = condition.values.front();
    switch (condition.lookup) {
        case Lookup::gt:
        case Lookup::gte:
            return at_least_sql(condition.lookup == Lookup::gte, value(first));
        case Lookup::lt:
        case Lookup::lte:
            return at_most_sql(condition.lookup == Lookup::lte, value(first));
        case Lookup::range:
            return between(first, condition.values.back());
        case Lookup::isnull:
            return fmt::format("{}{}", first == "true" ? "NOT " : "", is_known_sql());
        default:
            break;
    }
    std::vector<std::string> any;  // exact, in
    for (const std::string& one : condition.values) any.push_back(between(one, one));
    return fmt::format("({})", fmt::join(any, " OR "));
}

}  // namespace wdx::store
