#include "store/core/list_select.hpp"

#include "model/signals.hpp"
#include "store/core/column_sql.hpp"
#include "store/core/list_conditions.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wdx::store {
namespace {

using model::Column;
using model::Type;

void select_verdict(std::vector<SelectedColumn>& out, std::string_view name, Nesting nesting) {
    if (nesting == Nesting::words) {
        out.push_back(
            {"CASE WHEN c.user_id IS NULL THEN 'unclassified'"
             " WHEN c.harmful AND c.inactive THEN 'harmful+inactive'"
             " WHEN c.harmful THEN 'harmful' WHEN c.inactive THEN 'inactive' ELSE 'sane' END",
             std::string(name)});
        return;
    }
    out.push_back({"c.user_id IS NOT NULL", fmt::format("{}.", name)});
    for (const std::string_view member : {"harmful", "inactive", "classified_at", "notes"})
        out.push_back({fmt::format("c.{}", member), fmt::format("{}.{}", name, member)});
}

void select_signals(std::vector<SelectedColumn>& out, std::string_view name, const std::string& as_of) {
    out.push_back({"s.id IS NOT NULL", fmt::format("{}.", name), true});
    const auto add = [&](std::string sql, std::string_view member) {
        out.push_back({std::move(sql), fmt::format("{}.{}", name, member), true});
    };
    add(fmt::format("'{}'::text", model::kSignalsVersion), "version");
    add(as_of.empty() ? "NULL::text" : fmt::format("'{}'::text", as_of), "as_of");
    add("s.risk", "risk");
    add("s.rank", "rank");
    add(std::string(kProbabilitySql), "probability");
    add(band_sql("s.risk", "s.rank"), "band");
    add("s.signals", "signals");
}

}  // namespace

std::vector<SelectedColumn> select_output(const model::View& view, const model::ListQuery& query, Nesting nesting) {
    std::vector<SelectedColumn> out;
    for (const Column* column : query.output) {
        if (column->type == Type::verdict) {
            select_verdict(out, column->field->name, nesting);
        } else if (column->type == Type::signals) {
            select_signals(out, column->field->name, query.signals_as_of);
        } else if (column->type == Type::people) {
            out.push_back({"coalesce(o.others, '[]'::json)", std::string(column->field->name), false, true});
        } else if (column->type == Type::cohorts) {
            out.push_back({"coalesce(h.cohorts, '[]'::json)", std::string(column->field->name), false, true});
        } else {
            out.push_back({column->sql, std::string(column->field->name), model::is_of_signals(*column)});
        }
    }
    if (view.is_corrected) out.push_back({corrected_names_sql(view), "corrected"});
    return out;
}

std::string select_sql(const std::vector<SelectedColumn>& columns) {
    std::vector<std::string> parts;
    parts.reserve(columns.size());
    for (const SelectedColumn& column : columns) parts.push_back(fmt::format("{} AS \"{}\"", column.sql, column.name));
    return fmt::format("SELECT {}", fmt::join(parts, ", "));
}

std::string position_text_sql(const Column& column, const std::string& sql) {
    const bool is_date = column.type == Type::date || column.type == Type::date_time;
    return is_date ? fmt::format("to_json({}) #>> '{{}}'", sql) : fmt::format("({})::text", sql);
}

std::string_view position_type(const Column& column) {
    if (column.type != Type::date_time) return parameter_type(column.type);
    return column.to_raw.empty() ? "timestamptz" : "timestamp";
}

}  // namespace wdx::store
