#include "store/insight/cohorts.hpp"

#include "store/core/cohort_sql.hpp"
#include "store/core/column_sql.hpp"

#include <utility>

#include <fmt/format.h>

namespace wdx::store {
namespace {

/// What people share besides the month in which they joined.
struct Kind {
    std::string_view name;
    std::string_view column;  ///< of users, in which the text is
};
constexpr std::array kKinds{Kind{"template", "handle"}, Kind{"bio", "bio"}, Kind{"link", "featured_url"}};

/// SQL over the row `t` of users and `c`: what a member has.
std::string sample_sql(const model::View& users) {
    std::string sql = "CASE c.kind";
    for (const Kind& kind : kKinds)
        sql += fmt::format(" WHEN '{}' THEN {}", kind.name, sql_of(users, kind.column, "text"));
    return sql + " END";
}

}  // namespace

Statement select_cohorts(const CoreViews& views, std::int64_t account) {
    std::string verdicts;
    std::string harmful = "NULL::bigint";
    std::string unclassified = "NULL::bigint";
    if (views.has_classifications) {
        // A verdict on any row of a person is one on her.
        verdicts = fmt::format(
            " LEFT JOIN (SELECT s.person AS id, coalesce(bool_or({}), false) AS harmful FROM classification AS t"
            " JOIN watchdxg_signal AS s ON s.user_id = t.user_id WHERE s.account_id = $1 GROUP BY s.person) AS v"
            " ON v.id = m.id",
            sql_of(views.classifications, "harmful", "boolean"));
        harmful = "count(*) FILTER (WHERE v.harmful)";
        unclassified = "count(*) FILTER (WHERE v.id IS NULL)";
    }
    std::string sql = fmt::format(
        "WITH cohorts AS MATERIALIZED (SELECT * FROM watchdxg_cohort WHERE account_id = $1::bigint"
        " ORDER BY size DESC, kind, month, key LIMIT {most}), members AS MATERIALIZED ({members}),"
        " placed AS (SELECT m.*, row_number() OVER (PARTITION BY kind, month, key ORDER BY id) AS place"
        " FROM members AS m)"
        " SELECT {id}, c.kind,"
        " to_char(c.month, 'YYYY-MM'), coalesce((SELECT {sample} FROM users AS t WHERE t.id = min(m.id)), ''), c.size,"
        " c.expected, coalesce(json_agg(m.id ORDER BY m.id) FILTER (WHERE m.place <= {named}), '[]')::text, {harmful},"
        " {unclassified} FROM cohorts AS c LEFT JOIN placed AS m USING (kind, month, key){verdicts}"
        " GROUP BY c.account_id, c.kind, c.month, c.key, c.size, c.expected ORDER BY c.size DESC, c.kind, c.month, "
        "c.key",
        fmt::arg("id", kCohortIdSql), fmt::arg("most", kMostCohorts),
        fmt::arg("members", select_members_sql("c.kind, c.month, c.key, k.user_id AS id", "cohorts", "true")),
        fmt::arg("sample", sample_sql(views.users)), fmt::arg("named", kMostMembers), fmt::arg("harmful", harmful),
        fmt::arg("unclassified", unclassified), fmt::arg("verdicts", verdicts));
    return {"cohorts", std::move(sql), {account}};
}

// Reads the columns in the order of the SELECT list above.
std::vector<Cohort> read_cohorts(const db::Rows& rows) {
    std::vector<Cohort> cohorts;
    cohorts.reserve(static_cast<std::size_t>(rows.size()));
    for (int i = 0; i < rows.size(); ++i) {
        const db::Row row = rows[i];
        Cohort cohort{.id = std::string(row.text(0)),
                      .kind = row.text(1),
                      .month = row.text(2),
                      .sample = std::string(row.text(3)),
                      .size = row.integer(4),
                      .expected = row.real(5),
                      .members = row.text(6)};
        if (!row.is_null(7)) cohort.harmful = row.integer(7);
        if (!row.is_null(8)) cohort.unclassified = row.integer(8);
        cohorts.push_back(std::move(cohort));
    }
    return cohorts;
}

}  // namespace wdx::store
