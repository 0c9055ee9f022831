#include "store/core/row_json.hpp"

#include "base/json_writer.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include <fmt/format.h>

namespace wdx::store {

RowWriter::RowWriter(const db::Rows& shape) {
    columns_.reserve(static_cast<std::size_t>(shape.columns()));
    add_columns(shape, 0, {});
}

int RowWriter::add_columns(const db::Rows& shape, int index, std::string_view scope) {
    std::string_view separator = "{";
    while (index < shape.columns()) {
        const auto [full_name, type_number] = shape.column(index);
        if (!full_name.starts_with(scope)) break;
        std::string_view name = full_name.substr(scope.size());
        const int at = index++;
        if (name.starts_with('_')) continue;
        const ValueType type(type_number);
        const bool is_object = name.ends_with('.');
        if (is_object && type.kind != ValueKind::boolean)
            throw std::runtime_error(fmt::format("the column {} is not a boolean", full_name));
        if (is_object) name.remove_suffix(1);
        std::string prefix(separator);
        base::append_json_string(prefix, name);
        prefix += ':';
        separator = ",";
        columns_.push_back({std::move(prefix), type, at, is_object, 0});
        if (!is_object) continue;
        const std::size_t first = columns_.size();
        index = add_columns(shape, index, full_name);
        columns_[first - 1].members = columns_.size() - first;
    }
    return index;
}

void RowWriter::append(const db::Row& row, std::string& out) const {
    append_object(columns_, row, out);
}

void RowWriter::append_object(std::span<const Column> columns, const db::Row& row, std::string& out) {
    if (columns.empty()) out += '{';
    for (auto column = columns.begin(); column != columns.end(); ++column) {
        out += column->prefix;
        const int index = column->index;
        if (row.is_null(index)) {
            out += "null";
            column += static_cast<std::ptrdiff_t>(column->members);
            continue;
        }
        const std::string_view bytes = row.text(index);
        column->type.require_size(bytes);
        if (!column->is_object) {
            append_json_value(column->type.kind, bytes, out);
            continue;
        }
        if (bytes.front() != 0) {
            append_object({std::next(column), column->members}, row, out);
        } else {
            out += "null";
        }
        column += static_cast<std::ptrdiff_t>(column->members);
    }
    out += '}';
}

std::string render_rows(const db::Rows& rows, int most) {
    constexpr std::size_t kTypicalRow = 400;
    const int count = std::min(rows.size(), most);
    std::string json;
    json.reserve(static_cast<std::size_t>(count) * kTypicalRow + 2);
    json += '[';
    const RowWriter writer(rows);
    for (int i = 0; i < count; ++i) {
        if (i > 0) json += ',';
        writer.append(rows[i], json);
    }
    json += ']';
    return json;
}

std::string render_row(const db::Rows& rows) {
    std::string json;
    RowWriter(rows).append(rows.front(), json);
    return json;
}

}  // namespace wdx::store
