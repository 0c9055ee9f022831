#pragma once

#include "model/resource.hpp"
#include "store/core/core_schema.hpp"

#include <string_view>

namespace wdx::store {

/// The core's tables as the connected database has them; what is missing there is NULL in every figure.
struct CoreViews {
    CoreViews(const CoreSchema& schema, std::string_view time_zone);

    model::View users;
    model::View posts;
    model::View classifications;
    model::View actions;
    bool has_posts;  ///< the table can be read, and says whose its rows are
    bool has_classifications;
    bool has_actions;
};

}  // namespace wdx::store
