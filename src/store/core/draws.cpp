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

namespace {

/// SQL: the tie at which the draw begins.
std::string begin_sql(const Draw& draw) {
    return fmt::format("('x' || left(md5(({})::text), 8))::bit(32)::bigint::float8", draw.day);
}

/// SQL over the row `s`, to stand behind it: nobody had judged her when the day began.
std::string where_unjudged_sql(const Draw& draw) {
    if (!draw.has_verdicts) return "";
    return " WHERE NOT " + any_row_sql(fmt::format("FROM classification AS v WHERE v.user_id = {{}}"
                                                   " AND (v.classified_at < (({})::timestamp AT TIME ZONE 'UTC')"
                                                   " OR v.classified_at IS NULL)",
                                                   draw.day));
}

/// SQL, a SELECT in the order of the draw.
/// @param range  SQL over the row `r`
std::string unjudged_sql(const Draw& draw, std::string_view range) {
    return fmt::format(
        "SELECT s.user_id, s.account_id, s.person, s.handle_key, s.risk, s.tie FROM (SELECT r.* FROM watchdxg_signal "
        "AS r WHERE r.account_id = {} AND r.person = r.user_id AND {}"
        " ORDER BY r.tie, r.user_id OFFSET 0) AS s{}",
        draw.account, range, where_unjudged_sql(draw));
}

}  // namespace

std::string drawn_first_sql(const Draw& draw) {
    return fmt::format("{} LIMIT {}", unjudged_sql(draw, "r.tie >= " + begin_sql(draw)), kDrawn);
}

std::string drawn_last_sql(const Draw& draw, std::string_view first) {
    return fmt::format("{} LIMIT {} - {}", unjudged_sql(draw, "r.tie < " + begin_sql(draw)), kDrawn, first);
}

std::string is_drawn_sql(const Draw& draw) {
    const std::string begin = begin_sql(draw);
    const auto before = [&](std::string_view compared, std::string_view otherwise) {
        return fmt::format(
            "(SELECT count(*) FROM ({} LIMIT {}) AS b)",
            unjudged_sql(draw, fmt::format("r.tie {0} {1} AND r.tie <= CASE WHEN p.tie {0} {1} THEN p.tie"
                                           " ELSE '{2}'::float8 END"
                                           " AND (r.tie <> p.tie OR r.user_id < p.user_id)",
                                           compared, begin, otherwise)),
            kDrawn);
    };
    const std::string herself = fmt::format("EXISTS (SELECT FROM (SELECT p.*) AS s{})", where_unjudged_sql(draw));
    return fmt::format("({} AND {} + {} < {})", herself, before(">=", "infinity"), before("<", "-infinity"), kDrawn);
}

}  // namespace wdx::store
