#pragma once

#include "model/resource.hpp"
#include "store/core/core_schema.hpp"

#include <string_view>

namespace wdx::store {

/// A resource as the connected database has it.
/// @param time_zone  in which the core wrote its timestamps without zone; empty: the database's own TimeZone
model::View view_of(const model::Resource& resource, const CoreSchema& schema, std::string_view time_zone);

}  // namespace wdx::store
