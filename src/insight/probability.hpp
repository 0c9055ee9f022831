#pragma once

#include "insight/quality.hpp"
#include "model/insight.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace wdx::insight {

using model::ProbabilityModel;

/// A model, or why there is none.
struct FittedProbability {
    std::optional<ProbabilityModel> model{};
    std::string reason{};
};

/// Learns it from those of the users whose verdicts are sampled.  There are two candidates, and the one with the
/// smaller loss in a 10-fold cross-validation is taken:
///   - Platt's curve over the log-odds of the score, held near the score's own (a slope of 1) by a ridge;
///   - the shares of the harmful in each tenth of `rank`, where all ranks are known, drawn a little to the overall
///   share
///     and made not to fall.
/// Source: Platt, Probabilistic outputs for support vector machines, 1999; Zadrozny, Elkan, ICML 2001 (smoothed bins)
/// and KDD 2002 (isotonic regression, by pooling adjacent violators).
/// @param users  in an order that does not depend on that of the rows: the folds follow it
FittedProbability fit_probability(std::span<const model::Labelled> users);

/// @param risk  0..1
/// @param rank  0..1; nullopt: the curve says it
double probability_of(const ProbabilityModel& model, double risk, std::optional<double> rank);

}  // namespace wdx::insight
