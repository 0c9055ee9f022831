#include "store/core/list_rows.hpp"

#include "store/core/row_json.hpp"

#include <algorithm>

#include <boost/json/parse.hpp>

namespace wdx::store {
namespace {

/// The position of a row: its last columns.
model::Position read_position(const db::Row& row, int columns, std::size_t order) {
    model::Position position;
    for (int i = columns - static_cast<int>(order); i < columns; ++i) {
        const auto text = row.optional_text(i);
        position.push_back(text ? std::optional(std::string(*text)) : std::nullopt);
    }
    return position;
}

}  // namespace

ListPage read_list_page(const db::Rows& rows, int size, bool backwards, std::size_t order) {
    const int count = std::min(rows.size(), size);
    ListPage page{.rows = "[", .has_more = rows.size() > size, .first = {}, .last = {}};
    const RowWriter writer(rows);
    for (int i = 0; i < count; ++i) {
        if (i > 0) page.rows += ',';
        writer.append(rows[backwards ? count - 1 - i : i], page.rows);
    }
    page.rows += ']';
    if (count == 0) return page;
    page.first = read_position(rows[backwards ? count - 1 : 0], rows.columns(), order);
    page.last = read_position(rows[backwards ? 0 : count - 1], rows.columns(), order);
    return page;
}

std::int64_t read_list_count(const db::Rows& rows) {
    return rows.front().integer(0);
}

std::int64_t read_list_estimate(const db::Rows& rows) {
    return boost::json::parse(rows.front().text(0)).at(0).at("Plan").at("Plan Rows").to_number<std::int64_t>();
}

}  // namespace wdx::store
