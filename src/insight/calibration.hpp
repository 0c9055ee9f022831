#pragma once

#include "insight/probability.hpp"
#include "insight/quality.hpp"
#include "insight/suggestion.hpp"
#include "model/insight.hpp"
#include "model/signals.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace wdx::insight {

inline constexpr std::size_t kMostDisagreements = 20;

/// How well the rules, and the score, match some of the verdicts.
struct Figures {
    std::size_t n = 0;
    std::size_t harmful = 0;
    Quality score{};                 ///< calls users harmful from the band `high` on
    std::vector<Quality> signals{};  ///< of model::all_signals(), which fire where the strength is not 0
    Tenths bins{};                   ///< by tenths of a rank
    bool is_by_labels = false;       ///< the rank is that among these verdicts, not among the users of the account
    std::vector<RocPoint> roc{};     ///< of the score; empty where a class has no member
    std::vector<std::size_t> disagreements{};  ///< places of the users where score and verdict differ most
};

struct Calibration {
    Figures all{};      ///< over every verdict: they depend on whom one chose to judge
    Figures sampled{};  ///< over those on users drawn at random: they say something about the users not judged yet
    FittedProbability probability{};
    Suggested weights{};
};

/// Takes a while: not for the event loop.
/// @param users    ordered by id: the folds follow this order, so that the result does not depend on that of the rows
/// @param weights  those that made the risks
Calibration calibrate(std::span<const model::Labelled> users, const model::SignalWeights& weights);

/// Gives the users the risk that other weights make.  Their rank is not known then: it takes all users of the account.
void rescore(std::span<model::Labelled> users, const model::SignalWeights& weights);

}  // namespace wdx::insight
