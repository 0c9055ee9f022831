#pragma once

#include "insight/crowd_estimate.hpp"
#include "model/crowd.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace wdx::insight {

inline constexpr std::string_view kAudienceMethod =
    "Judged followers count as they are. Verdicts on users drawn at random estimate the others, post-stratified by "
    "rank; 95 % intervals by Wilson's method.";

/// How many real, active people follow an X account; each person once.
struct Audience {
    std::int64_t followers = 0;
    std::size_t n = 0;  ///< sampled verdicts on followers
    // In people; nullopt while n is below kLeastSampled, unless every follower is judged.
    std::optional<Estimate> harmful{};
    std::optional<Estimate> inactive{};
    std::optional<Estimate> effective{};  ///< neither harmful nor inactive
    std::optional<Estimate> reach{};      ///< how many follow these, in total
    std::string reason{};                 ///< why there are none
};

/// @param followers  a crowd of people who follow
Audience estimate_audience(std::span<const model::Cell> followers);

}  // namespace wdx::insight
