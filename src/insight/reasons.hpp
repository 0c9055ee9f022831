#pragma once

#include "model/insight.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace wdx::insight {

inline constexpr std::size_t kMostReasons = 5;

/// How many accounts a user follows, and how many follow it; nullopt: not known.
struct Follows {
    std::optional<double> following{};
    std::optional<double> followers{};
};

/// Why a user is worth a look, as sentences that a person would say: the findings that count most, for and against, at
/// most kMostReasons of them.  Signals that say the same (how many follow whom) make one sentence.
/// @param findings  those that contribute something
std::vector<std::string> reasons_of(const Follows& follows, const std::vector<model::Finding>& findings);

}  // namespace wdx::insight
