#pragma once

#include "model/signals.hpp"

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

/// What a signal says about a user.
struct Finding {
    const Signal* signal;
    double value;         ///< 1 where the signal is a yes-or-no rule
    double contribution;  ///< to the score, before the logistic function
};

}  // namespace wdx::model
