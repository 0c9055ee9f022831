#pragma once

#include "model/crowd.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace wdx::insight {

/// Whether a place of triage goes to a user who was drawn at random: where floor(place * share) exceeds that of the
/// place before.
/// @param place  from 1
/// @param share  of such places, 0..1
bool is_sampled_place(std::size_t place, double share);

/// The order in which users are shown: each place to the next one of its list who was not shown yet.  A place that is
/// left without a user drawn goes by gain.
/// @param by_gain  all who wait, or as many as are wanted, the best first
/// @param drawn    those of them who were drawn, in the order of the draw
/// @param most     places
std::vector<model::Turn> take_turns(std::span<const model::Turn> by_gain, std::span<const model::Turn> drawn,
                                    double share, std::size_t most);

}  // namespace wdx::insight
