#include "api/insight/reasons.hpp"

#include "insight/reasons.hpp"

namespace wdx::api {

boost::json::array reasons_json(const store::Explanation& explanation) {
    const insight::Follows follows{.following = explanation.following, .followers = explanation.followers};
    boost::json::array reasons;
    for (const std::string& reason : insight::reasons_of(follows, explanation.findings)) reasons.emplace_back(reason);
    return reasons;
}

}  // namespace wdx::api
