#pragma once

#include "model/signals.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace wdx::insight {

/// A user with a verdict.
struct Labelled {
    std::int64_t id = 0;
    std::optional<std::string> handle{};
    bool harmful = false;                            ///< the verdict; true is the positive class
    std::optional<double> risk{};                    ///< 0..1; nullopt: every input is missing
    std::vector<std::optional<double>> strengths{};  ///< 0..1, one for each of model::all_signals(); nullopt: missing
};

/// A number that ranks a user, and the verdict on it.
struct Ranked {
    double score;
    bool harmful;
};

/// The area under the ROC curve, with its 95 % interval: 0..1.
struct Auc {
    std::optional<double> area{};  ///< nullopt where a class has no member
    std::optional<double> low{};   ///< nullopt where a class has fewer than two
    std::optional<double> high{};
};

/// How often a harmful user ranks above another one; a tie counts half.  The interval is the normal one around the area
/// with DeLong's variance, cut to 0..1.
/// Source: DeLong, DeLong, Clarke-Pearson, Biometrics 44, 1988; Sun, Xu, IEEE Signal Processing Letters 21, 2014.
Auc area_under_curve(std::span<const Ranked> ranked);

/// How a rule, or the score, does on the verdicts.
struct Quality {
    std::size_t n = 0;                  ///< users with a verdict of whom it says something
    std::size_t fired = 0;              ///< those whom it calls harmful
    std::optional<double> precision{};  ///< harmful among those; nullopt when there are none
    std::optional<double> recall{};     ///< fired among the harmful; nullopt when there are none
    Auc auc{};
};

/// @param threshold  it calls those harmful whose score is above it, or, with `inclusive`, at it
Quality quality_of(std::span<const Ranked> ranked, double threshold, bool inclusive);

/// Weights of a logistic regression of the verdicts on the strengths; a missing one counts as 0, as in the score.
struct Fit {
    double bias = 0;
    std::vector<double> weights{};  ///< one for each signal
    /// The mean of -ln(probability of the verdict), out of sample for the fit.
    double log_loss = 0;
    double current_log_loss = 0;
    Auc auc{};  ///< of the out-of-sample probabilities
};

inline constexpr std::size_t kLeastLabels = 100;      ///< for weights
inline constexpr std::size_t kLeastOfEachClass = 20;  ///< for weights
inline constexpr std::size_t kFolds = 10;             ///< of the cross-validation
inline constexpr double kRidge = 1.0;                 ///< half of it times the sum of squared weights is added
inline constexpr std::size_t kMostDisagreements = 20;

/// Minimizes the sum of -ln(probability of the verdict) plus kRidge / 2 times the squared weights, bias aside, by
/// Newton's method.
/// Source: le Cessie, van Houwelingen, Applied Statistics 41, 1992.
/// @param features  rows of equal length
/// @return the bias, then a weight for each feature
std::vector<double> fit_logistic(std::span<const std::vector<double>> features, const std::vector<bool>& harmful);

struct Calibration {
    std::size_t harmful = 0;
    Quality score{};                           ///< called harmful from the band `high` on
    std::vector<Quality> signals{};            ///< of model::all_signals(), which fire where the strength is not 0
    std::vector<std::size_t> disagreements{};  ///< places of users on whom score and verdict differ most
    std::optional<Fit> suggestion{};
    std::string reason{};  ///< why there is none
};

/// Computes for a while: not for the event loop.
/// @param users    in the order of their ids; the folds are made by it, so that no order of rows changes anything
/// @param weights  those in effect
Calibration calibrate(std::span<const Labelled> users, const model::SignalWeights& weights);

}  // namespace wdx::insight
