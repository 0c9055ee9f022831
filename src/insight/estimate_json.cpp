#include "insight/estimate_json.hpp"

namespace wdx::insight {

boost::json::value estimate_json(const std::optional<Estimate>& estimate) {
    if (!estimate) return nullptr;
    return {{"estimate", estimate->estimate}, {"low", estimate->low}, {"high", estimate->high}};
}

}  // namespace wdx::insight
