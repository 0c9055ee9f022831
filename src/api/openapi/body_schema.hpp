#pragma once

#include "rest/body_fields.hpp"

#include <boost/json/object.hpp>

namespace wdx::api {

/// The JSON Schema of what a request carries, with the limits that FieldReader enforces.
boost::json::object body_schema(const rest::Body& body);

}  // namespace wdx::api
