#include "store/cohorts.hpp"

#include "store/cohort_sql.hpp"
#include "store/column_sql.hpp"

#include <array>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wdx::store {
namespace {

/// What users share besides the month in which they joined.
struct Kind {
    std::string_view name;
    std::string key;  ///< SQL over the row `t`; NULL: nothing that could be shared
};

}  // namespace

std::string cohorts_sql(const CoreViews& views) {
    const std::array kinds{
        Kind{"template", handle_template_sql(sql_of(views.users, "handle", "text"))},
        Kind{"bio", shared_text_sql(sql_of(views.users, "bio", "text"))},
        Kind{"link", shared_text_sql(sql_of(views.users, "featured_url", "text"))},
    };
    std::vector<std::string> keys;
    std::vector<std::string> lines;
    for (const Kind& kind : kinds) {
        keys.push_back(fmt::format("{} AS {}", kind.key, kind.name));
        lines.push_back(fmt::format("('{0}', u.{0})", kind.name));
    }
    const std::string verdicts = views.has_classifications ? " LEFT JOIN classification AS v ON v.user_id = m.id" : "";
    const std::string harmful =
        views.has_classifications
            ? fmt::format("count(*) FILTER (WHERE {})",
                          views.classifications.find("harmful")->is_present ? "v.harmful" : "NULL::boolean")
            : "NULL::bigint";
    return fmt::format(
        "WITH dated AS MATERIALIZED (SELECT t.id, {month} AS month, {keys} FROM users AS t"
        " WHERE {account} = $1::bigint AND {day} IS NOT NULL),"
        " shared AS MATERIALIZED (SELECT u.id, u.month, k.kind, k.key FROM dated AS u, LATERAL (VALUES {lines}) AS k"
        " (kind, key) WHERE k.key IS NOT NULL),"
        " months AS (SELECT month, count(*)::float8 AS n FROM dated GROUP BY month),"
        " totals AS (SELECT kind, key, count(*)::float8 AS n FROM shared GROUP BY kind, key HAVING count(*) >= "
        "{least}),"
        " cohorts AS MATERIALIZED (SELECT g.kind, g.month, g.key, g.size, m.n * t.n / a.n AS expected"
        " FROM (SELECT kind, month, key, count(*) AS size FROM shared GROUP BY kind, month, key"
        " HAVING count(*) >= {least}) AS g JOIN months AS m USING (month) JOIN totals AS t USING (kind, key),"
        " (SELECT count(*)::float8 AS n FROM dated) AS a WHERE {large}"
        " ORDER BY g.size DESC, g.kind, g.month, g.key LIMIT {most})"
        " SELECT c.kind, to_char(c.month, 'YYYY-MM') || ' ' || c.key AS key, c.size, c.expected,"
        " json_agg(m.id ORDER BY m.id) FILTER (WHERE m.place <= {members}) AS members, {harmful} AS harmful,"
        " {unclassified} AS unclassified FROM cohorts AS c JOIN (SELECT s.*, row_number() OVER"
        " (PARTITION BY kind, month, key ORDER BY id) AS place FROM shared AS s WHERE (kind, month, key) IN"
        " (SELECT kind, month, key FROM cohorts)) AS m USING (kind, month, key){verdicts}"
        " GROUP BY c.kind, c.month, c.key, c.size, c.expected ORDER BY c.size DESC, c.kind, c.month, c.key",
        fmt::arg("month", month_sql(utc_day_sql(views.users, "created_at"))), fmt::arg("keys", fmt::join(keys, ", ")),
        fmt::arg("account", sql_of(views.users, "account_id", "integer")),
        fmt::arg("day", utc_day_sql(views.users, "created_at")), fmt::arg("lines", fmt::join(lines, ", ")),
        fmt::arg("least", kSmallestCohort),
        fmt::arg("large", larger_than_chance_sql("g.size", "(m.n * t.n / a.n)", "a.n")), fmt::arg("most", kMostCohorts),
        fmt::arg("members", kMostMembers), fmt::arg("harmful", harmful),
        fmt::arg("unclassified",
                 views.has_classifications ? "count(*) FILTER (WHERE v.user_id IS NULL)" : "NULL::bigint"),
        fmt::arg("verdicts", verdicts));
}

}  // namespace wdx::store
