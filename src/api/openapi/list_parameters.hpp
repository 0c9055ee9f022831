#pragma once

#include "model/resource.hpp"

#include <boost/json/array.hpp>

namespace wdx::api {

/// Adds what a client can ask of a list: filters, verdicts, search, ordering, fields and paging.
void add_list_parameters(boost::json::array& parameters, const model::View& view);

}  // namespace wdx::api
