#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace wdx::model {

/// So many verdicts on users drawn at random are wanted before anything is said of the users not judged yet.
inline constexpr std::size_t kLeastSampled = 30;

/// What is known about a person.
enum class Known {
    unjudged,
    sampled,  ///< a verdict that answers a place of triage which was drawn at random
    judged,   ///< any other verdict
};

/// The people of an X account who have all of this in common.  A crowd is a list of them: a few hundred for any number
/// of people.
struct Cell {
    int level = 0;  ///< by rank: 0 for the twentieth of the account with the lowest risk, or without any
    Known known = Known::unjudged;
    bool harmful = false;   ///< the verdict
    bool inactive = false;  ///< the verdict
    std::int64_t people = 0;
    double followers = 0;                ///< theirs, in total
    double followers_squared = 0;        ///< the sum of the squares
    std::optional<double> least_risk{};  ///< the lowest risk among them
};

/// A place of triage.
struct Turn {
    std::int64_t user_id = 0;
    std::optional<double> risk{};
    bool sampled = false;  ///< drawn at random
};

}  // namespace wdx::model
