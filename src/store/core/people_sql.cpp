#include "store/core/people_sql.hpp"

#include "store/core/column_sql.hpp"

#include <fmt/format.h>

namespace wdx::store {

std::string joined_month_sql(const model::View& users) {
    return fmt::format("date_trunc('month', ({})::timestamp)::date", utc_day_sql(users, "created_at"));
}

std::string people_sql(const model::View& users, std::string_view name, std::string_view of, std::string_view handles) {
    // Handles that occur once are left out first: what is sorted below are few rows.  Of few handles they are few
    // anyway.
    const std::string account = fmt::format("coalesce({}, -1)", sql_of(users, "account_id", "integer"));
    const std::string handle = sql_of(users, "handle", "text");
    // Numbers are sorted in a third of the time of texts; below it is the handles themselves that make people.
    const std::string among =
        handles.empty() ? fmt::format(
                              "t.id IN (SELECT unnest(alike.ids) FROM (SELECT array_agg(t.id) AS ids FROM users AS t"
                              " WHERE {2} AND {1} IS NOT NULL GROUP BY {0}, hashtextextended(lower({1}), 0)"
                              " HAVING count(*) > 1) AS alike)",
                              account, handle, of)
                        : std::string(handles);
    return fmt::format(
        "{name} AS MATERIALIZED (SELECT p.id, p.account, p.month, p.person FROM (SELECT k.id, k.account, k.month,"
        " first_value(k.id) OVER (w ORDER BY k.seen DESC NULLS LAST, k.id DESC) AS person, count(*) OVER w AS rows"
        " FROM (SELECT m.id, m.account, m.handle, m.seen, coalesce(m.month, CASE WHEN m.first = m.last THEN m.first "
        "END)"
        " AS month, CASE WHEN m.month IS NULL AND m.first <> m.last THEN m.id END AS alone"
        " FROM (SELECT r.*, min(r.month) OVER h AS first, max(r.month) OVER h AS last FROM ("
        "SELECT t.id, {account} AS account, lower({handle}) AS handle, {month} AS month, {seen} AS seen"
        " FROM users AS t WHERE {of} AND {among}) AS r WINDOW h AS (PARTITION BY r.account, r.handle)) AS m) AS k"
        " WINDOW w AS (PARTITION BY k.account, k.handle, k.month, k.alone)) AS p WHERE p.rows > 1)",
        fmt::arg("name", name), fmt::arg("account", account), fmt::arg("handle", handle),
        fmt::arg("month", joined_month_sql(users)), fmt::arg("seen", sql_of(users, "last_updated", "timestamptz")),
        fmt::arg("of", of), fmt::arg("among", among));
}

std::string stands_sql(std::string_view people) {
    return fmt::format("NOT EXISTS (SELECT FROM {} AS w WHERE w.id = t.id AND w.person <> w.id)", people);
}

}  // namespace wdx::store
