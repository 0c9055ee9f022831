#include "store/edits/edit_record.hpp"

#include "store/journal/change_events.hpp"

#include <array>

#include <fmt/format.h>

namespace wdx::store {

std::string change_log_sql(std::string_view kind) {
    return fmt::format(R"sql(, logged AS (
        INSERT INTO watchdxg_log (time, level, event, operator, address, request_id, user_id, before, after, edit_id)
        SELECT statement_timestamp(), 'info', {}, {}, nullif($4::text, ''), nullif($5::text, ''), change.user_id,
               change.before::jsonb, change.after::jsonb, edit.id
          FROM change, edit
    ))sql",
                       kind, kOperatorNameSql);
}

std::string edited_rows_sql() {
    return R"sql(, edited_row AS (
        INSERT INTO watchdxg_edited_row (edit_id, row_id, user_id, before, after, sampled_before)
        SELECT edit.id, change.row_id, change.user_id, change.old_row, change.new_row, change.sampled_before
          FROM change, edit
    ))sql";
}

std::string edit_sql(std::string_view table, std::string_view kind, std::string_view summary) {
    return fmt::format(R"sql(, edited AS (
        INSERT INTO watchdxg_edit (id, at, operator, kind, table_name, users, summary)
        SELECT edit.id, statement_timestamp(), {3}, '{1}', '{0}', named.users, {2}
          FROM edit,
               (SELECT users,
                       CASE WHEN users = 1
                            THEN coalesce((SELECT '@' || ltrim(u.handle, '@') FROM users AS u WHERE u.id = one),
                                          'user ' || one)
                            ELSE users || ' users' END AS who
                  FROM (SELECT count(DISTINCT user_id) AS users, min(user_id) AS one
                          FROM change
                        HAVING count(*) > 0) AS counted) AS named
        RETURNING id
    ))sql",
                       table, kind, summary, kOperatorNameSql);
}

std::string record_change_sql(std::string_view table, std::string_view kind, std::string_view summary) {
    return edit_sql(table, kind, summary) + edited_rows_sql() + change_log_sql(fmt::format("'{}'", kind)) +
           change_events_sql(std::array{ChangedTable{table, "changed"}});
}

}  // namespace wdx::store
