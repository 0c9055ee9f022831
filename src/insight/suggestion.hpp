#pragma once

#include "insight/logistic.hpp"
#include "insight/quality.hpp"
#include "model/insight.hpp"
#include "model/signals.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace wdx::insight {

/// The weights that are set, in the order of model::all_signals().
LinearModel linear_model(const model::SignalWeights& weights);

// With less, weights are not fitted: only the bias is.
inline constexpr std::size_t kLeastLabels = 100;
inline constexpr std::size_t kLeastOfEachClass = 20;  ///< and model::kLeastSampled

/// From which the penalty is chosen.
inline constexpr std::array kLambdas{1.0, 2.0, 5.0, 10.0};
/// So much may the AUC over the sampled verdicts fall: less cannot be told from chance.
inline constexpr double kMostLostAuc = 0.02;

/// Weights of a logistic regression of the verdicts on the strengths; a missing one counts as 0, as in the score.
struct Suggestion {
    LinearModel model{};
    std::optional<double> lambda{};  ///< nullopt: the bias alone is fitted, the weights are those in effect

    // Judged on verdicts that were left out of the fit: the sampled ones where these are model::kLeastSampled or more,
    // else all.
    bool is_judged_by_sampled = false;
    std::size_t n = 0;  ///< how many
    /// The mean of -ln(probability of the verdict), and that of the weights in effect; nullopt where a class has
    /// fewer than two among all verdicts.
    std::optional<double> log_loss{};
    std::optional<double> current_log_loss{};
    Auc auc{};
    Auc current_auc{};
};

/// A suggestion, and why it is not more: weights are fitted where `reason` is empty.
struct Suggested {
    std::optional<Suggestion> suggestion{};
    std::string reason{};
};

/// Fits the bias, or all weights where the verdicts allow it, so that it cannot hurt the order of the users not judged
/// yet:
///   - the sum of -ln(probability of the verdict) over all verdicts, plus lambda / 2 times the squared distance from
///     the weights in effect, is minimized.  How triage chose whom to judge does not matter to that: it chose by the
///     same strengths;
///   - lambda is the largest one whose loss in cross-validation is within a standard error of the best one's
///     (Breiman et al., Classification and Regression Trees, 1984, section 3.4.3);
///   - weights stay as they are where, in cross-validation, fitted ones have no smaller loss than the bias alone, or an
///     AUC over the sampled verdicts that is lower by more than kMostLostAuc.  This catches rules that mean something
///     else among the users that triage prefers than among the others.
/// @param users  in an order that does not depend on that of the rows: the folds follow it
Suggested suggest_weights(std::span<const model::Labelled> users, const model::SignalWeights& in_effect);

}  // namespace wdx::insight
