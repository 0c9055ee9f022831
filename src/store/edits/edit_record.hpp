#pragma once

#include <string>
#include <string_view>

namespace wdx::store {

// The kinds of edits that take others back.  Those of the others are those of the journal's entries.
inline constexpr std::string_view kEditUndone = "undo";
inline constexpr std::string_view kEditRedone = "redo";  ///< an undo is taken back

/// CTEs, beginning with a comma, that record what a repeatable write has changed: the edit `edited` with its rows, an
/// entry of the journal for each row, and events.  They do nothing when `change` is empty.  Before them stand the CTEs
///   change   a row for each row that has changed, in their order: `row_id`; `user_id` of the X user; `before` and
///            `after`, JSON as the API shows the row; `old_row` and `new_row`, jsonb with all columns; and of verdicts
///            `sampled_before`, the mark that there was;
///   changed  as `change_events_sql` has it.
/// @param table    as events name it
/// @param kind     of the edit, and of the journal's entries
/// @param summary  SQL: a text about the X users that `who` names, `@someone` or `12 users`
std::string record_change_sql(std::string_view table, std::string_view kind, std::string_view summary);

/// The parts of it, for a write that has to say more: the edit alone, entries of the journal, and rows.
std::string edit_sql(std::string_view table, std::string_view kind, std::string_view summary);
/// @param kind  SQL over `change`
std::string change_log_sql(std::string_view kind);
std::string edited_rows_sql();

/// SQL: the name of the operator who writes; NULL when it is no longer known.
inline constexpr std::string_view kOperatorNameSql = "(SELECT username FROM auth_user WHERE id = $1::integer)";

}  // namespace wdx::store
