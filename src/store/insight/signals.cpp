#include "store/insight/signals.hpp"

#include "store/core/column_sql.hpp"
#include "store/core/rank_sql.hpp"

#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wdx::store {
namespace {

using model::Signal;
using model::Type;

/// The value as its type, over the row `k` of watchdxg_signal.
/// @param place  of the signal among all, from 1
std::string value_sql(const Signal& signal, std::size_t place) {
    const std::string value = fmt::format("k.value[{}]", place);
    if (signal.type == Type::boolean) return value + " <> 0";
    return signal.type == Type::integer ? value + "::bigint" : value;
}

/// The digit of Assessment::missing as the names of the inputs.
std::string missing_sql(const Signal& signal, std::size_t place) {
    return fmt::format(
        "CASE substr(k.missing, {0}, 1) WHEN '1' THEN '{1}' WHEN '2' THEN '{2}' WHEN '3' THEN '{1}, {2}'"
        " WHEN '4' THEN '{1}: too little' END",
        place, signal.inputs[0], signal.inputs[1]);
}

constexpr std::string_view kRankOfAll = R"sql(
        CASE WHEN k.risk IS NOT NULL
             THEN (rank() OVER (PARTITION BY k.account_id ORDER BY k.risk) - 1
                   + count(*) OVER (PARTITION BY k.account_id ORDER BY k.risk))::float8 / 2
                  / count(k.risk) OVER (PARTITION BY k.account_id) END)sql";

}  // namespace

std::string signals_sql(const model::SignalWeights& weights, Ranks ranks) {
    std::vector<std::string> columns;
    std::vector<std::string> objects;
    std::size_t place = 0;
    for (const Signal& signal : model::all_signals()) {
        ++place;
        const std::string value = value_sql(signal, place);
        const std::string missing = missing_sql(signal, place);
        // Plus 0: a weight below zero times 0 is -0.
        const std::string contribution =
            fmt::format("({}::float8 * coalesce(k.strength[{}], 0) + 0)", weights.of(signal), place);
        columns.push_back(
            fmt::format("{1} AS \"v_{0}\", {2} AS \"m_{0}\", k.strength[{3}] AS \"s_{0}\", {4} AS \"c_{0}\"", signal.id,
                        value, missing, place, contribution));
        objects.push_back(fmt::format(
            "json_build_object('id', '{}', 'value', {}, 'threshold', {}, 'weight', {}::float8, 'contribution', {},"
            " 'missing', {})",
            signal.id, value, signal.threshold ? fmt::format("{}::float8", *signal.threshold) : "NULL::float8",
            weights.of(signal), contribution, missing));
    }
    return fmt::format(
        "signals AS NOT MATERIALIZED (SELECT k.user_id AS id, k.account_id, k.person, k.risk, k.tie, {} AS rank, {},"
        " json_build_array({}) AS signals FROM watchdxg_signal AS k)",
        ranks == Ranks::all ? kRankOfAll : kRankOfOneSql, fmt::join(columns, ", "), fmt::join(objects, ", "));
}

std::string signal_members_sql(std::string_view as_of) {
    return fmt::format(
        "'version', '{}', 'as_of', {}, 'risk', s.risk, 'rank', s.rank, 'probability', {}, 'band', {},"
        " 'signals', s.signals",
        model::kSignalsVersion, as_of.empty() ? "NULL" : fmt::format("'{}'", as_of), kProbabilitySql,
        band_sql("s.risk", "s.rank"));
}

std::string explanation_columns() {
    std::string columns = R"(s."v_following_limit"::float8, s."v_followers_below_15"::float8)";
    for (const Signal& signal : model::all_signals())
        columns += fmt::format(", s.\"v_{0}\"{1}, s.\"c_{0}\"", signal.id,
                               signal.type == Type::boolean ? "::integer::float8" : "::float8");
    return columns;
}

Explanation read_explanation(const db::Row& row, int first) {
    int column = first;
    Explanation explanation{
        .following = row.optional_real(column++), .followers = row.optional_real(column++), .findings = {}};
    for (const Signal& signal : model::all_signals()) {
        const auto value = row.optional_real(column++);
        const double contribution = row.real(column++);
        if (value && contribution != 0) explanation.findings.push_back({&signal, *value, contribution});
    }
    return explanation;
}

Statement select_user_signals(std::string_view signals, std::string_view as_of, std::int64_t user) {
    std::string sql = fmt::format(
        "WITH {} SELECT json_build_object({}) AS signals, {} FROM signals AS s JOIN users AS t ON t.id = s.id"
        " WHERE s.id = $1",
        signals, signal_members_sql(as_of), explanation_columns());
    return {"user_signals", std::move(sql), {user}};
}

Statement select_new_users(const std::vector<std::int64_t>& ids) {
    return {"users_without_signals",
            "SELECT t.id::bigint FROM users AS t WHERE t.id = ANY ($1::bigint[])"
            " AND NOT EXISTS (SELECT FROM watchdxg_signal AS s WHERE s.user_id = t.id)",
            {fmt::format("{{{}}}", fmt::join(ids, ","))}};
}

}  // namespace wdx::store
