#pragma once

#include "insight/sampling.hpp"
#include "model/crowd.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace wdx::insight {

/// SplitMix64: the same numbers with every library.
class Chance {
  public:
    explicit Chance(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        std::uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31U);
    }
    /// 0..1
    double share() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }

  private:
    std::uint64_t state_;
};

/// A crowd whose truth is known: who is harmful follows the risk, with much that the risk does not know; who is
/// inactive follows it a little.
class SimulatedCrowd {
  public:
    struct Person {
        double risk;
        bool harmful;
        bool inactive;
        double followers;
        model::Known known = model::Known::unjudged;
    };

    SimulatedCrowd(std::uint64_t seed, std::size_t size) : seed_(seed) {
        Chance chance(seed * 7919);
        for (std::size_t i = 0; i < size; ++i) {
            const double spread = chance.share() + chance.share() + chance.share() - 1.5;
            const double risk = 1 / (1 + std::exp(2 - 3 * spread));
            const double harmful = 1 / (1 + std::exp(3.5 - 4 * risk - chance.share()));
            const double inactive = 0.15 + 0.3 * risk * chance.share();
            people.push_back({.risk = risk,
                              .harmful = chance.share() < harmful,
                              .inactive = chance.share() < inactive,
                              .followers = std::floor(std::exp(8 * chance.share()))});
        }
    }

    /// Whom triage shows next on a day.
    [[nodiscard]] std::vector<model::Turn> turns(std::uint64_t day, std::size_t most) const {
        std::vector<model::Turn> by_gain;
        for (std::size_t i = 0; i < people.size(); ++i)
            if (people[i].known == model::Known::unjudged)
                by_gain.push_back({static_cast<std::int64_t>(i), people[i].risk});
        std::vector<model::Turn> drawn = by_gain;
        std::sort(by_gain.begin(), by_gain.end(),
                  [](const auto& a, const auto& b) { return gain(*a.risk) > gain(*b.risk); });
        std::sort(drawn.begin(), drawn.end(),
                  [&](const auto& a, const auto& b) { return hash(a.user_id, day) < hash(b.user_id, day); });
        drawn.resize(std::min<std::size_t>(drawn.size(), 1000));
        return take_turns(by_gain, drawn, 0.33, most);
    }

    /// An operator judges so many users of each day in triage's order.
    void judge(std::uint64_t days, std::size_t each) {
        for (std::uint64_t day = 0; day < days; ++day)
            for (const model::Turn& turn : turns(day, each))
                people[static_cast<std::size_t>(turn.user_id)].known =
                    turn.sampled ? model::Known::sampled : model::Known::judged;
    }

    /// What the store would read.
    [[nodiscard]] std::vector<model::Cell> cells() const {
        std::vector<double> risks;
        for (const Person& person : people) risks.push_back(person.risk);
        std::sort(risks.begin(), risks.end());
        std::vector<model::Cell> cells;
        for (const Person& person : people) {
            const auto below = std::lower_bound(risks.begin(), risks.end(), person.risk) - risks.begin();
            const bool is_judged = person.known != model::Known::unjudged;
            cells.push_back({.level = static_cast<int>(20 * below / static_cast<std::ptrdiff_t>(risks.size())),
                             .known = person.known,
                             .harmful = is_judged && person.harmful,
                             .inactive = is_judged && person.inactive,
                             .people = 1,
                             .followers = person.followers,
                             .followers_squared = person.followers * person.followers,
                             .least_risk = person.risk});
        }
        return cells;
    }

    std::vector<Person> people;

  private:
    static double gain(double risk) { return 2 * risk * (1 - risk) + 0.5 * risk; }
    [[nodiscard]] std::uint64_t hash(std::int64_t id, std::uint64_t day) const {
        return Chance(static_cast<std::uint64_t>(id) * 1000003 + day * 77 + seed_ * 1299709).next();
    }

    std::uint64_t seed_;
};

}  // namespace wdx::insight
