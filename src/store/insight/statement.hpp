#pragma once

#include "db/batch.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace wdx::store {

/// A statement made for one request, with its values.  Beside the function that makes one stands the function that
/// reads its rows.
struct Statement {
    std::string_view name;  ///< appears in logs
    std::string sql;
    std::vector<db::Param> params;

    /// Valid as long as this.
    [[nodiscard]] db::Query query() const { return {name, sql, false}; }
};

}  // namespace wdx::store
