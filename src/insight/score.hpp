#pragma once

#include "model/facts.hpp"
#include "model/kept_signals.hpp"
#include "model/signals.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace wdx::insight {

using model::Assessment;

Assessment assess(const model::Facts& facts);

/// The strength of one signal; nullopt without a value.
std::optional<double> strength_of(const model::Signal& signal, const std::optional<double>& value,
                                  const model::Facts& facts);

/// The weights in the order of model::all_signals().
std::vector<double> weights_of(const model::SignalWeights& weights);

/// @param strengths, weights  in the order of model::all_signals()
/// @return 0..1; nullopt where every strength is missing
std::optional<double> risk_of(std::span<const std::optional<double>> strengths, std::span<const double> weights,
                              double bias);

}  // namespace wdx::insight
