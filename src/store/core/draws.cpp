#include "store/core/draws.hpp"

#include <fmt/format.h>

namespace wdx::store {

// OFFSET 0 keeps PostgreSQL from making joins of them, for which it would read the tables whole: what asks stops after
// a few rows.
std::string any_row_sql(std::string_view exists) {
    return fmt::format(
        "(EXISTS (SELECT {} OFFSET 0) OR EXISTS (SELECT FROM watchdxg_signal AS o WHERE o.account_id = s.account_id"
        " AND o.handle_key = s.handle_key AND o.person = s.person AND EXISTS (SELECT {} OFFSET 0) OFFSET 0))",
        fmt::format(fmt::runtime(exists), "s.user_id"), fmt::format(fmt::runtime(exists), "o.user_id"));
}

std::string draw_sql(std::string_view account, std::string_view day, bool has_verdicts) {
    const std::string begin = fmt::format("(({})::timestamp AT TIME ZONE 'UTC')", day);
    const std::string judged = fmt::format(
        "FROM classification AS v WHERE v.user_id = {{}} AND (v.classified_at < {} OR v.classified_at IS NULL)", begin);
    const std::string hash = fmt::format("('x' || left(md5(({})::text), 8))::bit(32)::bigint::float8", day);
    const auto part = [&](int number, std::string_view compared, std::string_view most) {
        return fmt::format(
            "SELECT {0} AS part, s.tie, s.user_id FROM (SELECT r.* FROM watchdxg_signal AS r WHERE r.account_id = {1}"
            " AND r.person = r.user_id AND r.tie {2} {3} ORDER BY r.tie, r.user_id OFFSET 0) AS s{4} LIMIT {5}",
            number, account, compared, hash, has_verdicts ? " WHERE NOT " + any_row_sql(judged) : "", most);
    };
    return fmt::format(
        "WITH behind AS MATERIALIZED ({}), around AS MATERIALIZED ({}) SELECT d.user_id, row_number() OVER (ORDER BY"
        " d.part, d.tie, d.user_id) AS place FROM (SELECT * FROM behind UNION ALL SELECT * FROM around) AS d",
        part(0, ">=", fmt::to_string(kDrawn)), part(1, "<", fmt::format("{} - (SELECT count(*) FROM behind)", kDrawn)));
}

}  // namespace wdx::store
