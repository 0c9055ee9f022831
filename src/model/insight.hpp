#pragma once

#include "model/signals.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wdx::model {

// What src/insight computes with, and src/store/insight reads.

/// A user with a verdict.
struct Labelled {
    std::int64_t id = 0;
    std::optional<std::string> handle{};
    bool harmful = false;                            ///< the verdict; true is the positive class
    std::optional<double> risk{};                    ///< 0..1; nullopt: every input is missing
    std::optional<double> rank{};                    ///< 0..1, among the users of the account; nullopt: not known
    bool sampled = false;                            ///< the verdict answers a place that triage drew at random
    std::vector<std::optional<double>> strengths{};  ///< 0..1, one for each of all_signals(); nullopt: missing
};

/// How probable it is that a user with a score is harmful, learnt from the sampled verdicts.
struct ProbabilityModel {
    /// Platt's: 1 / (1 + exp(-(intercept + slope * ln(risk / (1 - risk))))).  The slope is never negative.
    double intercept = 0;
    double slope = 0;
    /// Of each tenth of `rank`, never falling.  Not there where the curve above is better.
    std::optional<std::array<double, 10>> tenths{};

    std::size_t n = 0;  ///< the verdicts that it was learnt from
    std::size_t harmful = 0;
    /// The mean of -ln(probability of the verdict) in cross-validation, and that of the share of the harmful alone.
    double log_loss = 0;
    double share_log_loss = 0;
};

/// What a signal says about a user.
struct Finding {
    const Signal* signal;
    double value;         ///< 1 where the signal is a yes-or-no rule
    double contribution;  ///< to the score, before the logistic function
};

}  // namespace wdx::model
