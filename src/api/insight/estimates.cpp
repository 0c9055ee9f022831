#include "api/insight/estimates.hpp"

namespace wdx::api {

boost::json::value estimate_json(const std::optional<insight::Estimate>& estimate) {
    if (!estimate) return nullptr;
    return {{"estimate", estimate->estimate}, {"low", estimate->low}, {"high", estimate->high}};
}

}  // namespace wdx::api
