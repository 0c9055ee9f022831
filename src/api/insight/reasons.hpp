#pragma once

#include "store/insight/signals.hpp"

#include <boost/json/array.hpp>

namespace wdx::api {

/// `reasons` as triage and a user's signals have them: 1 to insight::kMostReasons sentences.
boost::json::array reasons_json(const store::Explanation& explanation);

}  // namespace wdx::api
