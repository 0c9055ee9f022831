#pragma once

#include "insight/crowd_estimate.hpp"
#include "model/crowd.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace wdx::insight {

/// Verdicts for which triage says what they are expected to find.
inline constexpr std::array<std::size_t, 3> kNextVerdicts{10, 50, 200};

/// Whether more verdicts are worth it.
struct TriageSummary {
    std::int64_t unjudged = 0;                                       ///< people
    std::optional<Estimate> harmful_left{};                          ///< among these; nullopt: too few sampled verdicts
    std::array<std::optional<double>, kNextVerdicts.size()> next{};  ///< harmful among the next kNextVerdicts
    std::string text{};                                              ///< the same in a sentence or two
};

/// @param crowd  of an X account
/// @param turns  the next users in the order of triage, as many as the greatest of kNextVerdicts
TriageSummary summarize_triage(std::span<const model::Cell> crowd, std::span<const model::Turn> turns);

}  // namespace wdx::insight
