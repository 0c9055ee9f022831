#include "store/column_sql.hpp"

#include <fmt/format.h>

namespace wdx::store {
namespace {

using model::Column;
using model::Type;

std::string is_carried(const Column& column) {
    return fmt::format("{} >= '0001-01-01' AND {} < '10000-01-01'", column.sql, column.sql);
}

}  // namespace

bool is_readable(const CoreSchema& schema, std::string_view table) {
    return schema.has(table) && !schema.unreadable().contains(std::string(table));
}

std::string sql_of(const model::View& view, std::string_view name, std::string_view type) {
    const Column* column = view.find(name);
    return column->is_present ? column->sql : fmt::format("NULL::{}", type);
}

std::string utc_day_sql(const model::View& view, std::string_view name) {
    const Column* column = view.find(name);
    if (!column->is_present) return "NULL::date";
    return fmt::format("CASE WHEN {} THEN ({}{})::date END", is_carried(*column), column->sql,
                       column->type == Type::date_time ? " AT TIME ZONE 'UTC'" : "");
}

std::string json_value_sql(const Column& column) {
    const std::string& sql = column.sql;
    if (column.type == Type::date)
        return fmt::format("CASE WHEN {} THEN to_char({}, 'YYYY-MM-DD') END", is_carried(column), sql);
    if (column.type != Type::date_time) return sql;
    const std::string utc = fmt::format("{} AT TIME ZONE 'UTC'", sql);
    return fmt::format(
        "CASE WHEN {carried} THEN to_char({utc}, CASE WHEN date_trunc('second', {sql}) = {sql}"
        " THEN 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"' ELSE 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"' END) END",
        fmt::arg("carried", is_carried(column)), fmt::arg("utc", utc), fmt::arg("sql", sql));
}

}  // namespace wdx::store
