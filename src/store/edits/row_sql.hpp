#pragma once

#include <string>
#include <string_view>

namespace wdx::store {

// SQL: a row as the API shows it, as JSON.
// @param row  the alias of its table

std::string verdict_row_sql(std::string_view row);
std::string action_row_sql(std::string_view row);
std::string snooze_row_sql(std::string_view row);
/// As it is stored: a lease that has run out is still there.
std::string planned_action_row_sql(std::string_view row);
/// The same for the worker that has claimed it, with its `lease`.
std::string claimed_action_row_sql(std::string_view row);
std::string exemption_row_sql(std::string_view row);

}  // namespace wdx::store
