#pragma once

#include "model/list_query.hpp"

#include <string>
#include <vector>

namespace wdx::store {

/// How an object within a row is selected.
enum class Nesting {
    objects,  ///< as RowWriter reads it: `classification.`, `classification.harmful`, ...
    words,    ///< one text: `harmful`, `inactive`, `harmful+inactive`, `sane` or `unclassified`
};

/// One column of a SELECT list.
struct SelectedColumn {
    std::string sql;
    std::string name;
    bool of_signals = false;   ///< over `s`, the signals of the row, which may not be there
    bool of_likeness = false;  ///< over `o` and `h`, what the user of the row has in common with others
};

/// What the answer shows of the row `t`: one column for each of `query.output`, more for an object.
std::vector<SelectedColumn> select_output(const model::View& view, const model::ListQuery& query, Nesting nesting);

/// SQL: `SELECT t.id AS "id", ...`
std::string select_sql(const std::vector<SelectedColumn>& columns);

/// A value of a position as text that does not depend on the session's DateStyle.
/// @param sql  of the column's value
std::string position_text_sql(const model::Column& column, const std::string& sql);
/// PostgreSQL's type that reads such a text.
std::string_view position_type(const model::Column& column);

}  // namespace wdx::store
