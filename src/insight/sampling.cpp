#include "insight/sampling.hpp"

#include <cmath>
#include <unordered_set>

namespace wdx::insight {
namespace {

/// A list of which each user is shown at most once, whatever the other lists show.
class Queue {
  public:
    Queue(std::span<const model::Turn> turns, std::unordered_set<std::int64_t>& shown) : turns_(turns), shown_(shown) {}

    /// @return nullptr at its end
    const model::Turn* next() {
        while (at_ < turns_.size()) {
            const model::Turn& turn = turns_[at_++];
            if (shown_.insert(turn.user_id).second) return &turn;
        }
        return nullptr;
    }

  private:
    std::span<const model::Turn> turns_;
    std::unordered_set<std::int64_t>& shown_;
    std::size_t at_ = 0;
};

}  // namespace

bool is_sampled_place(std::size_t place, double share) {
    const auto number = static_cast<double>(place);
    return std::floor(number * share) > std::floor((number - 1) * share);
}

std::vector<model::Turn> take_turns(std::span<const model::Turn> by_gain, std::span<const model::Turn> drawn,
                                    double share, std::size_t most) {
    std::unordered_set<std::int64_t> shown;
    Queue best(by_gain, shown);
    Queue random(drawn, shown);
    std::vector<model::Turn> turns;
    while (turns.size() < most) {
        const bool is_random_place = is_sampled_place(turns.size() + 1, share);
        const model::Turn* turn = is_random_place ? random.next() : nullptr;
        const bool sampled = turn != nullptr;
        if (!sampled) turn = best.next();
        if (turn == nullptr) break;
        turns.push_back({turn->user_id, turn->risk, sampled});
    }
    return turns;
}

}  // namespace wdx::insight
