#include "store/insight_sql.hpp"

#include "model/signals.hpp"
#include "store/column_sql.hpp"

#include <fmt/format.h>

namespace wdx::store {
namespace {

/// @param format  SQL of one signal, with `{id}`, and `{cast}` behind a value
std::string for_each_signal(std::string_view format) {
    std::string columns;
    for (const model::Signal& signal : model::all_signals())
        columns +=
            fmt::format(fmt::runtime(format), fmt::arg("id", signal.id),
                        fmt::arg("cast", signal.type == model::Type::boolean ? "::integer::float8" : "::float8"));
    return columns;
}

}  // namespace

std::string labels_sql(const CoreViews& views, std::string_view signals) {
    const std::string own = fmt::format(
        "FROM users AS t JOIN (SELECT t.user_id, coalesce({}, false) AS harmful, {} AS at FROM classification AS t) AS "
        "v"
        " ON v.user_id = t.id WHERE {} = $1::bigint",
        sql_of(views.classifications, "harmful", "boolean"),
        sql_of(views.classifications, "classified_at", "timestamptz"), sql_of(views.users, "account_id", "integer"));
    return fmt::format(
        "WITH labels AS MATERIALIZED (SELECT t.id, {handle} AS handle, v.harmful {own}"
        " ORDER BY v.at DESC NULLS LAST, t.id LIMIT {most}), scope AS (SELECT id FROM labels), {signals}"
        " SELECT l.id::bigint, l.handle, l.harmful, (SELECT count(*) {own}) AS labels, s.risk{strengths}"
        " FROM labels AS l JOIN signals AS s ON s.id = l.id ORDER BY l.id",
        fmt::arg("handle", sql_of(views.users, "handle", "text")), fmt::arg("own", own), fmt::arg("most", kMostLabels),
        fmt::arg("signals", signals), fmt::arg("strengths", for_each_signal(", s.\"s_{id}\"")));
}

std::string gain_sql(std::string_view risk) {
    return fmt::format("(0.5::float8 * 4 * {0} * (1 - {0}) + 0.5::float8 * {0})", risk);
}

std::string triage_sql(const CoreViews& views, std::string_view signals) {
    return fmt::format(
        "WITH scope AS (SELECT t.id FROM users AS t WHERE {account} = $1::bigint{unclassified}), {signals},"
        " worth AS (SELECT s.*, {gain} AS gain FROM signals AS s WHERE s.risk IS NOT NULL"
        " ORDER BY gain DESC, s.id LIMIT $2::bigint)"
        " SELECT {row} AS user, s.risk, s.gain{findings} FROM worth AS s JOIN users AS t ON t.id = s.id"
        " ORDER BY s.gain DESC, s.id",
        fmt::arg("account", sql_of(views.users, "account_id", "integer")),
        fmt::arg("unclassified", views.has_classifications
                                     ? " AND NOT EXISTS (SELECT FROM classification AS v WHERE v.user_id = t.id)"
                                     : ""),
        fmt::arg("signals", signals), fmt::arg("gain", gain_sql("s.risk")), fmt::arg("row", row_json_sql(views.users)),
        fmt::arg("findings", for_each_signal(", s.\"v_{id}\"{cast}, s.\"c_{id}\"")));
}

}  // namespace wdx::store
