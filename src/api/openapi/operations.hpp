#pragma once

#include "api/request/route.hpp"
#include "store/core/core_schema.hpp"

#include <span>
#include <string_view>

#include <boost/json/object.hpp>

namespace wdx::api {

/// `{"application/json":{"schema":...}}`
boost::json::object media_content(std::string_view type, boost::json::object schema);

/// The paths of the document: every route but those about tables that are not there.
boost::json::object describe_paths(std::span<const Route> routes, const store::CoreSchema& schema);

}  // namespace wdx::api
