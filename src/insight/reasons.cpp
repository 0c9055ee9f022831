#include "insight/reasons.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace wdx::insight {
namespace {

/// A score between these leaves a user open.
constexpr double kOpenFrom = 0.25;
constexpr double kOpenTo = 0.75;

std::string sentence_of(const Finding& finding) {
    const std::string number = fmt::format("{:.{}f}", finding.value, finding.signal->type == model::Type::real ? 2 : 0);
    return fmt::format(fmt::runtime(finding.signal->reason), number);
}

}  // namespace

std::vector<std::string> reasons_of(double risk, std::vector<Finding> findings) {
    std::vector<std::string> reasons;
    if (risk >= kOpenFrom && risk <= kOpenTo) reasons.emplace_back("The score leaves it open: a verdict tells most.");
    std::stable_sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
        return std::abs(a.contribution) > std::abs(b.contribution);
    });
    if (findings.size() > kMostReasons) findings.resize(kMostReasons);
    for (const Finding& finding : findings) reasons.push_back(sentence_of(finding));
    if (reasons.empty()) reasons.emplace_back("No signal fires: nothing is known against it.");
    return reasons;
}

}  // namespace wdx::insight
