#pragma once

#include "insight/crowd_estimate.hpp"

#include <optional>

#include <boost/json/value.hpp>

namespace wdx::insight {

/// {"estimate","low","high"}, or null.
boost::json::value estimate_json(const std::optional<Estimate>& estimate);

}  // namespace wdx::insight
