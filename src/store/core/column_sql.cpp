#include "store/core/column_sql.hpp"

#include "model/signals.hpp"

#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wdx::store {
namespace {

using model::Column;
using model::Type;

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
    return fmt::format("(({}){})::date", column->sql, column->type == Type::date_time ? " AT TIME ZONE 'UTC'" : "");
}

std::string json_value_sql(const Column& column) {
    const std::string& sql = column.sql;
    if (column.type == Type::date) return fmt::format("to_char({}, 'YYYY-MM-DD')", sql);
    return column.type == Type::date_time ? json_time_sql(sql) : sql;
}

std::string corrected_names_sql(const model::View& view) {
    if (view.corrections.empty()) return "'[]'::json";
    std::vector<std::string> names;
    names.reserve(view.corrections.size());
    for (const auto& [field, applies] : view.corrections)
        names.push_back(fmt::format("CASE WHEN {} THEN '{}' END", applies, field));
    return fmt::format("array_to_json(array_remove(ARRAY[{}], NULL))", fmt::join(names, ", "));
}

std::string row_json_sql(const model::View& view, model::Use up_to) {
    std::vector<std::string> members;
    for (const Column& column : view.columns)
        if (column.is_present && column.field->use <= up_to && column.type != Type::verdict &&
            column.type != Type::people)
            members.push_back(fmt::format("'{}', {}", column.field->name, json_value_sql(column)));
    if (view.is_corrected) members.push_back(fmt::format("'corrected', {}", corrected_names_sql(view)));
    return fmt::format("json_build_object({})", fmt::join(members, ", "));
}

std::string json_time_sql(std::string_view timestamp) {
    return fmt::format(
        "CASE WHEN isfinite({0}) AND extract(year FROM {0} AT TIME ZONE 'UTC') BETWEEN 1 AND 9999 THEN"
        " to_char({0} AT TIME ZONE 'UTC', CASE WHEN extract(microseconds FROM {0})::bigint % 1000000 = 0"
        " THEN 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"' ELSE 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"' END) END",
        timestamp);
}

std::string band_sql(std::string_view risk, std::string_view rank) {
    std::string sql = fmt::format("CASE WHEN {} IS NULL THEN NULL", risk);
    for (auto band = model::kBands.rbegin(); band != std::prev(model::kBands.rend()); ++band)
        sql +=
            fmt::format(" WHEN {} >= {} AND {} >= {} THEN '{}'", risk, band->from, rank, band->from_rank, band->name);
    return sql + fmt::format(" WHEN {} >= {} AND {} IS NULL THEN NULL ELSE '{}' END", risk, model::kBands[1].from, rank,
                             model::kBands.front().name);
}

}  // namespace wdx::store
