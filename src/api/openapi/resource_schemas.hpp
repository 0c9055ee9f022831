#pragma once

#include "model/resource.hpp"
#include "store/core/core_schema.hpp"

#include <boost/json/object.hpp>

namespace wdx::api {

/// Whether a resource can be served: a table without its key is as good as none.
bool is_there(const model::Resource& resource, const store::CoreSchema& schema);

/// A resource as the document shows it: without verdicts where there can be none.
model::View documented_view(const model::Resource& resource, const store::CoreSchema& schema);

/// The field can stand in an answer.
bool is_shown(const model::Column& column);
/// `corrected=true` has an effect on its lists.
bool is_correctable(const model::View& view);

/// The JSON Schema of what a client writes for a field: never null.
boost::json::object value_schema(const model::Column& column);

/// Adds the components of a resource: a row of a list, one with all fields, one with those that were asked for, and the
/// shapes of a list.
void add_resource_schemas(boost::json::object& schemas, const model::View& view);

}  // namespace wdx::api
