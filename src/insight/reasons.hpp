#pragma once

#include "model/signals.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace wdx::insight {

/// What a signal says of a user.
struct Finding {
    const model::Signal* signal;
    double value;         ///< 1 where the signal is a yes-or-no rule
    double contribution;  ///< to the score, before the logistic function
};

inline constexpr std::size_t kMostReasons = 5;

/// Why a verdict on a user is worth something, as sentences: that the score leaves it open, where it does; then the
/// findings that count most, for and against, at most kMostReasons of them.
/// @param risk      0..1
/// @param findings  those that contribute anything
std::vector<std::string> reasons_of(double risk, std::vector<Finding> findings);

}  // namespace wdx::insight
