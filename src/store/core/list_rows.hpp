#pragma once

#include "db/rows.hpp"
#include "model/list_query.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace wdx::store {

/// A page of the cursor kind.
struct ListPage {
    std::string rows;                      ///< a JSON array, in the order of the list
    bool has_more = false;                 ///< there are rows beyond it, in the direction of its window
    std::optional<model::Position> first;  ///< of its first row; nullopt: the page is empty
    std::optional<model::Position> last;
};

/// Reads what `list_sql` selects of a window `with_positions` that is one row longer than the page.
/// @param size       rows of the page
/// @param backwards  as in the window: the last row of the page comes first
/// @param order      how many columns the list is ordered by
ListPage read_list_page(const db::Rows& rows, int size, bool backwards, std::size_t order);

/// Reads what `count_sql` selects.
std::int64_t read_list_count(const db::Rows& rows);

/// Reads what `estimate_sql` gives.
/// @throws std::runtime_error when it is no plan
std::int64_t read_list_estimate(const db::Rows& rows);

}  // namespace wdx::store
