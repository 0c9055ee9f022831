#pragma once

#include "db/batch.hpp"
#include "model/list_query.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace wdx::store {

/// The values of a statement's `$1`, `$2`, ..., in the order in which they were added.
class SqlParams {
  public:
    /// @param first  number of the first one
    explicit SqlParams(std::size_t first = 1) : first_(first) {}
    /// @return SQL: `$1::text`
    std::string add(const std::string& value, std::string_view type);
    [[nodiscard]] std::vector<db::Param> take() && { return std::move(values_); }

  private:
    std::size_t first_;
    std::vector<db::Param> values_;
};

/// PostgreSQL's type of a value that columns of this type are compared with; times are microseconds.
std::string_view parameter_type(model::Type type);

/// What the rows of a list have to meet: SQL over the row `t`, and `s`, its signals, where it is chosen by them.
/// @param params  gets the values
std::vector<std::string> list_conditions(const model::View& view, const model::ListQuery& query, SqlParams& params);

/// SQL: ` WHERE ...`; nothing where there are no conditions.
std::string where_sql(const std::vector<std::string>& conditions);

}  // namespace wdx::store
