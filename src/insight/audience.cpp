#include "insight/audience.hpp"

#include <fmt/format.h>

namespace wdx::insight {
namespace {

using model::Cell;
using model::Known;
using Verdict = std::function<bool(const Cell&)>;

/// What is known, and what the sampled verdicts say of the rest.
Estimate estimate_total(std::span<const Cell> crowd, Count count, const Verdict& is_so) {
    double known = 0;
    for (const Cell& cell : crowd) {
        if (cell.known == Known::unjudged || !is_so(cell)) continue;
        known += count == Count::people ? static_cast<double>(cell.people) : cell.followers;
    }
    if (count_unjudged(crowd) == 0) return {known, known, known};
    const Estimate rest = estimate_unjudged(crowd, count, is_so);
    return {known + rest.estimate, known + rest.low, known + rest.high};
}

}  // namespace

Audience estimate_audience(std::span<const Cell> followers) {
    Audience audience;
    for (const Cell& cell : followers) audience.followers += cell.people;
    audience.n = count_sampled(followers);
    if (audience.n < model::kLeastSampled && count_unjudged(followers) > 0) {
        audience.reason =
            fmt::format("Verdicts on {} followers drawn at random are needed; there are {}. Triage draws them.",
                        model::kLeastSampled, audience.n);
        return audience;
    }
    const Verdict harmful = [](const Cell& cell) { return cell.harmful; };
    const Verdict inactive = [](const Cell& cell) { return cell.inactive; };
    const Verdict effective = [](const Cell& cell) { return !cell.harmful && !cell.inactive; };
    audience.harmful = estimate_total(followers, Count::people, harmful);
    audience.inactive = estimate_total(followers, Count::people, inactive);
    audience.effective = estimate_total(followers, Count::people, effective);
    audience.reach = estimate_total(followers, Count::followers, effective);
    return audience;
}

}  // namespace wdx::insight
