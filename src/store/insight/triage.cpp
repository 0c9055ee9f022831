#include "store/insight/triage.hpp"

#include "store/core/column_sql.hpp"
#include "store/core/draws.hpp"

#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wdx::store {
namespace {

/// The risk at which gain_sql is greatest; the further away, the smaller it is.
constexpr double kBestRisk = 0.625;

/// SQL over the row `s`: the person waits for a verdict.
std::string waits_sql(const CoreViews& views, bool with_snoozed) {
    std::string sql(kStandsForPerson);
    if (views.has_classifications) sql += " AND NOT " + any_row_sql("FROM classification AS v WHERE v.user_id = {}");
    if (!with_snoozed)
        sql += " AND NOT " +
               any_row_sql("FROM watchdxg_snooze AS z WHERE z.user_id = {} AND z.until > statement_timestamp()");
    return sql;
}

std::vector<std::int64_t> ids_of(std::span<const model::Turn> users) {
    std::vector<std::int64_t> ids;
    ids.reserve(users.size());
    for (const model::Turn& user : users) ids.push_back(user.user_id);
    return ids;
}

}  // namespace

std::string gain_sql(std::string_view risk) {
    return fmt::format("(0.5::float8 * 4 * {0} * (1 - {0}) + 0.5::float8 * {0})", risk);
}

Statement select_waiting(const CoreViews& views, std::int64_t account, std::int64_t limit, bool with_snoozed) {
    // The best are next to kBestRisk, on either side: few rows of the index are read.  OFFSET 0 keeps the conditions,
    // of which PostgreSQL cannot tell how many rows meet them, out of its choice of the index.
    const std::string waits = waits_sql(views, with_snoozed);
    const auto side = [&](std::string_view condition, std::string_view order) {
        return fmt::format(
            "(SELECT s.user_id, s.risk, s.tie FROM (SELECT r.* FROM watchdxg_signal AS r WHERE r.account_id ="
            " $1::bigint AND {} ORDER BY {}r.tie, r.user_id OFFSET 0) AS s WHERE {} LIMIT $2::bigint)",
            condition, order, waits);
    };
    // Nearly always enough of those who are drawn first wait: the others are not looked for.
    const Draw draw{.account = "$1::bigint",
                    .day = "(statement_timestamp() AT TIME ZONE 'UTC')::date",
                    .has_verdicts = views.has_classifications};
    std::string sql = fmt::format(
        "WITH best AS MATERIALIZED (SELECT c.user_id, c.risk, row_number() OVER (ORDER BY {gain} DESC NULLS LAST,"
        " c.tie, c.user_id) AS place FROM ({below} UNION ALL {above} UNION ALL {without}) AS c),"
        " behind AS MATERIALIZED ({behind}),"
        " first AS MATERIALIZED (SELECT s.* FROM behind AS s WHERE {waits} LIMIT $2::bigint),"
        " last AS MATERIALIZED (SELECT s.* FROM ({last}) AS s"
        " WHERE (SELECT count(*) FROM first) < $2::bigint AND {waits} LIMIT $2::bigint),"
        " drawn AS (SELECT d.user_id, d.risk, row_number() OVER (ORDER BY d.part, d.tie, d.user_id) AS place"
        " FROM (SELECT 0 AS part, f.* FROM first AS f UNION ALL SELECT 1, l.* FROM last AS l) AS d)"
        " SELECT l.is_drawn, l.user_id, l.risk FROM (SELECT false AS is_drawn, b.* FROM best AS b UNION ALL"
        " SELECT true, d.* FROM drawn AS d) AS l WHERE l.place <= $2::bigint ORDER BY l.is_drawn, l.place",
        fmt::arg("gain", gain_sql("c.risk")),
        fmt::arg("below", side(fmt::format("r.risk <= {}::float8", kBestRisk), "r.risk DESC NULLS LAST, ")),
        fmt::arg("above", side(fmt::format("r.risk > {}::float8", kBestRisk), "r.risk NULLS FIRST, ")),
        fmt::arg("without", side("r.risk IS NULL", "")), fmt::arg("waits", waits),
        fmt::arg("behind", drawn_first_sql(draw)),
        fmt::arg("last", drawn_last_sql(draw, "(SELECT count(*) FROM behind)")));
    return {"triage_order", std::move(sql), {account, limit}};
}

Waiting read_waiting(const db::Rows& rows) {
    Waiting waiting;
    for (int i = 0; i < rows.size(); ++i) {
        const db::Row row = rows[i];
        (row.boolean(0) ? waiting.drawn : waiting.by_gain).push_back({row.integer(1), row.optional_real(2)});
    }
    return waiting;
}

Statement select_triage(const CoreViews& views, std::string_view signals, std::span<const model::Turn> users) {
    std::string sql = fmt::format(
        "WITH chosen AS MATERIALIZED (SELECT c.place, k.user_id AS id, k.account_id, k.handle_key, k.person"
        " FROM unnest($1::bigint[]) WITH ORDINALITY AS c (id, place)"
        " JOIN watchdxg_signal AS k ON k.user_id = c.id), {signals}"
        " SELECT c.id, {row} AS user, (SELECT coalesce(json_agg(o.user_id ORDER BY o.user_id), '[]')"
        " FROM watchdxg_signal AS o WHERE o.account_id = c.account_id AND o.handle_key = c.handle_key"
        " AND o.person = c.person AND o.user_id <> c.id) AS same_person, s.risk, s.rank, {gain} AS gain,"
        " {explanation} FROM chosen AS c JOIN users AS t ON t.id = c.id JOIN signals AS s ON s.id = c.id"
        " ORDER BY c.place",
        fmt::arg("signals", signals), fmt::arg("row", row_json_sql(views.users)), fmt::arg("gain", gain_sql("s.risk")),
        fmt::arg("explanation", explanation_columns()));
    return {"triage", std::move(sql), {fmt::format("{{{}}}", fmt::join(ids_of(users), ","))}};
}

// Reads the columns in the order of the SELECT list above.
std::vector<TriageRow> read_triage(const db::Rows& rows) {
    std::vector<TriageRow> users;
    users.reserve(static_cast<std::size_t>(rows.size()));
    for (int i = 0; i < rows.size(); ++i) {
        const db::Row row = rows[i];
        users.push_back({.user_id = row.integer(0),
                         .user_json = std::string(row.text(1)),
                         .same_person_json = std::string(row.text(2)),
                         .risk = row.optional_real(3),
                         .rank = row.optional_real(4),
                         .gain = row.optional_real(5),
                         .explanation = read_explanation(row, 6)});
    }
    return users;
}

}  // namespace wdx::store
