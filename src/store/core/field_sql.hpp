#pragma once

#include "model/resource.hpp"

#include <string>
#include <string_view>

namespace wdx::store {

/// How a field is read that is no column of its table.
struct FieldSql {
    std::string_view resource;    ///< its name
    std::string_view field;       ///< its name
    std::string_view expression;  ///< SQL over the row `t`, and over `s`, its signals
    std::string_view within{};    ///< SQL around a condition on it, `{}` standing for the condition; empty: none
};

/// @return nullptr for a column, and for what a list makes of several columns: verdicts and signals
const FieldSql* find_field_sql(const model::Resource& resource, const model::Field& field);

/// SQL over the row `t`: the id of the X user that the row is about.
/// @param resource  that has one
std::string user_id_sql(const model::Resource& resource);

}  // namespace wdx::store
