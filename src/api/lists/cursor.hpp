#pragma once

#include "auth/token.hpp"
#include "model/list_query.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace wdx::api {

/// Where a page of the cursor kind begins.
struct Cursor {
    model::Position position;
    bool backwards = false;  ///< the page before the position
    bool inclusive = false;  ///< the row at the position belongs to it
};

/// The cursor as clients carry it: opaque to them, signed, valid for that list in that order only.
/// @param list   its name
/// @param order  of the list, with the key at its end
std::string write_cursor(const Cursor& cursor, std::string_view list, const std::vector<model::Order>& order,
                         const auth::SigningKey& key);

/// @return nullopt when it was altered, or made for another list, order or key
std::optional<Cursor> read_cursor(std::string_view text, std::string_view list, const std::vector<model::Order>& order,
                                  const auth::SigningKey& key);

}  // namespace wdx::api
