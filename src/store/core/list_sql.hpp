#pragma once

#include "db/batch.hpp"
#include "model/list_query.hpp"
#include "store/core/list_select.hpp"

#include <string>
#include <vector>

namespace wdx::store {

/// A statement that was made for one request.  Identifiers in it come from the field tables, values are parameters.
struct ListSql {
    std::string sql;
    std::vector<db::Param> params;

    /// @param name  for logs
    [[nodiscard]] db::Query query(std::string_view name) const { return {name, sql, false}; }
};

/// The rows of a list: one column for each of `query.output`, by its name.
///
/// A page behind a position is the union of a few ordered pieces, each of which an index on the ordering columns can
/// begin where the page begins: rows that equal the position up to a column and come after it there.  So a deep page
/// costs as much as the first one.
///
/// Where signals are in the answer alone, they are computed for the users of the page; where they choose or order the
/// users, for all that meet the other conditions.  `query.signals` has to be set for either.
ListSql list_sql(const model::View& view, const model::ListQuery& query, const model::Window& window, Nesting nesting);

/// The ids of the users that a query chooses, as `user_id`, in no order.
/// @param first_param  number of its first parameter
ListSql user_ids_sql(const model::View& view, const model::ListQuery& query, std::size_t first_param);

/// One row: how many rows the list has.
ListSql count_sql(const model::View& view, const model::ListQuery& query);

/// One row, for read_list_estimate: how many rows PostgreSQL's planner expects the list to have.
/// Source: PostgreSQL manual, EXPLAIN.
ListSql estimate_sql(const model::View& view, const model::ListQuery& query);

}  // namespace wdx::store
