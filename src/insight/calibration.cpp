#include "insight/calibration.hpp"

#include "insight/score.hpp"

#include <algorithm>
#include <cmath>

namespace wdx::insight {
namespace {

using model::Labelled;

/// Places in a list of users.
using Places = std::vector<std::size_t>;

/// The users whose score and verdict are on different sides of one half, the farthest apart first.
Places disagreements_of(std::span<const Labelled> users, const Places& among) {
    const auto difference = [&](std::size_t i) { return std::abs(*users[i].risk - (users[i].harmful ? 1.0 : 0.0)); };
    Places places;
    for (const std::size_t i : among)
        if (users[i].risk && difference(i) > 0.5) places.push_back(i);
    const auto kept = static_cast<std::ptrdiff_t>(std::min(places.size(), kMostDisagreements));
    std::partial_sort(places.begin(), places.begin() + kept, places.end(), [&](std::size_t a, std::size_t b) {
        return difference(a) != difference(b) ? difference(a) > difference(b) : users[a].id < users[b].id;
    });
    places.resize(static_cast<std::size_t>(kept));
    return places;
}

/// In the band `high` or in a later one; by the score alone where the rank is not known.
bool is_called_harmful(const Labelled& user) {
    const auto* const high = std::find_if(model::kBands.begin(), model::kBands.end(),
                                          [](const model::Band& one) { return one.name == "high"; });
    return *user.risk >= high->from && (!user.rank || *user.rank >= high->from_rank);
}

/// @param number_of  of a user, or nullopt
template <typename NumberOf>
std::vector<Ranked> ranked_by(std::span<const Labelled> users, const Places& among, NumberOf number_of) {
    std::vector<Ranked> ranked;
    for (const std::size_t i : among)
        if (const std::optional<double> number = number_of(users[i])) ranked.push_back({*number, users[i].harmful});
    return ranked;
}

Figures figures_of(std::span<const Labelled> users, const Places& among) {
    Figures figures{.n = among.size()};
    for (const std::size_t i : among) figures.harmful += users[i].harmful ? 1U : 0U;
    const auto by_risk = ranked_by(users, among, [](const Labelled& user) { return user.risk; });
    std::vector<bool> called;
    for (const std::size_t i : among)
        if (users[i].risk) called.push_back(is_called_harmful(users[i]));
    figures.score = quality_of(by_risk, called);
    figures.roc = roc_of(by_risk);
    for (std::size_t signal = 0; signal < model::all_signals().size(); ++signal) {
        const auto strengths = ranked_by(users, among, [&](const Labelled& user) { return user.strengths[signal]; });
        called.clear();
        for (const Ranked& one : strengths) called.push_back(one.score != 0);
        figures.signals.push_back(quality_of(strengths, called));
    }
    const auto with_rank = ranked_by(users, among, [](const Labelled& user) { return user.rank; });
    figures.is_by_labels = with_rank.empty();
    figures.bins = tenths_of(figures.is_by_labels ? by_rank(by_risk) : with_rank);
    figures.disagreements = disagreements_of(users, among);
    return figures;
}

}  // namespace

Calibration calibrate(std::span<const Labelled> users, const model::SignalWeights& weights) {
    Places all;
    Places sampled;
    for (std::size_t i = 0; i < users.size(); ++i) {
        all.push_back(i);
        if (users[i].sampled) sampled.push_back(i);
    }
    return {.all = figures_of(users, all),
            .sampled = figures_of(users, sampled),
            .probability = fit_probability(users),
            .weights = suggest_weights(users, weights)};
}

void rescore(std::span<Labelled> users, const model::SignalWeights& weights) {
    const LinearModel model = linear_model(weights);
    for (Labelled& user : users) {
        user.risk = risk_of(user.strengths, model.weights, model.bias);
        user.rank.reset();
    }
}

}  // namespace wdx::insight
