#include "crowd.hpp"
#include "insight/calibration.hpp"

#include <gtest/gtest.h>

namespace wdx::insight {
namespace {

constexpr std::size_t kVerdicts = 200;
constexpr int kSeeds = 20;
constexpr double kMostWorse = 0.005;
constexpr int kLeastBetter = 15;
constexpr double kMostCost = 0.03;

/// What the verdicts follow, where it is not the weights in effect: the same weights, each at another signal.
LinearModel other_weights(Dice& dice, LinearModel weights) {
    for (std::size_t i = weights.weights.size(); i-- > 1;)
        std::swap(weights.weights[i], weights.weights[dice.below(i + 1)]);
    return weights;
}

/// The fit of version 1: held near 0, whatever the verdicts were chosen by.
LinearModel fit_near_zero(const std::vector<model::Labelled>& users) {
    LogisticData data(model::all_signals().size());
    for (const model::Labelled& user : users) {
        std::vector<double> features;
        for (const auto& strength : user.strengths) features.push_back(strength.value_or(0));
        data.add(features, user.harmful);
    }
    const LinearModel zero{.bias = 0, .weights = std::vector<double>(data.width())};
    return fit_logistic(data, zero, 1, zero);
}

LinearModel suggested(const std::vector<model::Labelled>& users) {
    return suggest_weights(users, {}).suggestion->model;
}

/// How much better the users not judged yet are ordered than by the weights in effect, for each seed.
template <typename Fit>
std::vector<double> gains(bool follows_other_weights, Fit fit) {
    const LinearModel in_effect = linear_model({});
    std::vector<double> gains;
    for (int seed = 1; seed <= kSeeds; ++seed) {
        Dice dice(static_cast<std::uint64_t>(seed));
        const LinearModel truth = follows_other_weights ? other_weights(dice, in_effect) : in_effect;
        const Judged users = judge(dice, draw_crowd(dice, truth, in_effect), kVerdicts);
        gains.push_back(auc_of(users.rest, fit(users.judged)) - auc_of(users.rest, in_effect));
    }
    return gains;
}

std::ptrdiff_t better(const std::vector<double>& gains) {
    return std::count_if(gains.begin(), gains.end(), [](double gain) { return gain > 0; });
}

double worst(const std::vector<double>& gains) {
    return *std::min_element(gains.begin(), gains.end());
}

TEST(SuggestWeightsSimulated, OrdersTheUsersNotJudgedBetterAndNeverMuchWorse) {
    const std::vector<double> ours = gains(true, suggested);
    EXPECT_GE(worst(ours), -kMostWorse) << testing::PrintToString(ours);
    EXPECT_GE(better(ours), kLeastBetter) << testing::PrintToString(ours);
}

TEST(SuggestWeightsSimulated, CostsLittleWhereTheWeightsInEffectAreRight) {
    const std::vector<double> ours = gains(false, suggested);
    EXPECT_GE(worst(ours), -kMostCost) << testing::PrintToString(ours);
}

TEST(SuggestWeightsSimulated, WouldFindTheFaultOfAFitNearZero) {
    EXPECT_LT(worst(gains(true, fit_near_zero)), -kMostWorse);
    EXPECT_LT(worst(gains(false, fit_near_zero)), -kMostCost);
}

}  // namespace
}  // namespace wdx::insight
