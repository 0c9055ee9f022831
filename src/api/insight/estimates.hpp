#pragma once

#include "insight/crowd_estimate.hpp"

#include <optional>
#include <string_view>

#include <boost/json/value.hpp>

namespace wdx::api {

/// Why nothing can be estimated where the core has no verdicts.
inline constexpr std::string_view kNoVerdictsKept = "This generation of the core's schema has no verdicts.";

/// {"estimate","low","high"}, or null.
boost::json::value estimate_json(const std::optional<insight::Estimate>& estimate);

}  // namespace wdx::api
