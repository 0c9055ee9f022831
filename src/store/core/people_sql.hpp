#pragma once

#include "model/resource.hpp"

#include <string>
#include <string_view>

namespace wdx::store {

// A person whom the core stored as several rows: the same X account, the same handle whatever its case, and the same
// month of joining.  A row without a date belongs to the others of that handle where these have one month at most.  The
// row that was seen last stands for her, of several the one with the highest id.

/// SQL over the row `t`: the first day of the month of joining; NULL where it is not known.
std::string joined_month_sql(const model::View& users);

/// SQL to follow WITH: `<name>`, the rows of people who have more than one; few, as a rule.  Its columns: `id`;
/// `account`, of the X account, -1 for none; `month`, in which she joined; `person`, the id of the row that stands for
/// her.
/// @param of  SQL over the row `t`: which X accounts, whole ones
/// @param handles  SQL over the row `t`: which handles, whatever their case; empty: all
std::string people_sql(const model::View& users, std::string_view name, std::string_view of,
                       std::string_view handles = {});

/// SQL over the row `t`: it stands for a person.
/// @param people  the name of that expression
std::string stands_sql(std::string_view people);

}  // namespace wdx::store
