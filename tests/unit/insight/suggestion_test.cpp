#include "insight/suggestion.hpp"

#include "crowd.hpp"

#include <gtest/gtest.h>

namespace wdx::insight {
namespace {

/// Users of whom the first signal tells nearly all; the others are missing.  Every fourth is harmful, every third
/// sampled.
std::vector<model::Labelled> users(std::size_t count) {
    std::vector<model::Labelled> all;
    for (std::size_t i = 0; i < count; ++i) {
        model::Labelled user{.id = static_cast<std::int64_t>(i), .harmful = i % 4 == 0, .sampled = i % 3 == 0};
        user.strengths.assign(model::all_signals().size(), std::nullopt);
        user.strengths[0] = (i % 4 == 0) != (i % 20 == 0) ? 1.0 : 0.0;
        user.risk = risk_of(user.strengths, linear_model({}).weights, model::kDefaultBias);
        all.push_back(user);
    }
    return all;
}

TEST(SuggestWeights, FitsWeightsThatPredictBetter) {
    const Suggested suggested = suggest_weights(users(400), {});
    EXPECT_EQ(suggested.reason, "");
    ASSERT_TRUE(suggested.suggestion && suggested.suggestion->lambda);
    EXPECT_GT(suggested.suggestion->model.weights[0], linear_model({}).weights[0] + 1);
    EXPECT_EQ(suggested.suggestion->model.weights[1], linear_model({}).weights[1]) << "of it nothing is known";
    EXPECT_LT(suggested.suggestion->log_loss, suggested.suggestion->current_log_loss);
    EXPECT_TRUE(suggested.suggestion->is_judged_by_sampled);
    EXPECT_EQ(suggested.suggestion->n, 134U);
    EXPECT_GT(*suggested.suggestion->auc.area, 0.8);
}

TEST(SuggestWeights, FindsAMinimumOfThePenalizedLoss) {
    const LinearModel in_effect = linear_model({});
    Dice dice(11);
    LinearModel truth = in_effect;
    std::reverse(truth.weights.begin(), truth.weights.end());
    const Judged crowd = judge(dice, draw_crowd(dice, truth, in_effect), 400);
    const Suggested suggested = suggest_weights(crowd.judged, {});
    ASSERT_TRUE(suggested.suggestion && suggested.suggestion->lambda) << suggested.reason;
    const double lambda = *suggested.suggestion->lambda;
    EXPECT_NE(std::find(kLambdas.begin(), kLambdas.end(), lambda), kLambdas.end());
    const auto loss = [&](const LinearModel& at) {
        double sum = 0;
        for (const model::Labelled& user : crowd.judged) sum += log_loss_at(at.bias + sum_of(user, at), user.harmful);
        for (std::size_t i = 0; i < at.weights.size(); ++i)
            sum += lambda / 2 * std::pow(at.weights[i] - in_effect.weights[i], 2);
        return sum;
    };
    const LinearModel& fitted = suggested.suggestion->model;
    for (const double step : {0.01, -0.01}) {
        LinearModel other = fitted;
        other.bias += step;
        EXPECT_GT(loss(other), loss(fitted));
        for (std::size_t i = 0; i < fitted.weights.size(); ++i) {
            other = fitted;
            other.weights[i] += step;
            EXPECT_GT(loss(other), loss(fitted));
        }
    }
}

TEST(SuggestWeights, FitsTheBiasAloneToFewVerdicts) {
    std::vector<model::Labelled> all = users(99);
    const Suggested few = suggest_weights(all, {});
    ASSERT_TRUE(few.suggestion);
    EXPECT_FALSE(few.suggestion->lambda);
    EXPECT_EQ(few.suggestion->model.weights, linear_model({}).weights);
    EXPECT_NE(few.suggestion->model.bias, model::kDefaultBias);
    EXPECT_NE(few.reason.find("99 of 100 verdicts"), std::string::npos) << few.reason;
    EXPECT_EQ(*few.suggestion->auc.area, *few.suggestion->current_auc.area);
    double expected = 0;
    for (const model::Labelled& user : all)
        expected += logistic(few.suggestion->model.bias + sum_of(user, few.suggestion->model));
    EXPECT_NEAR(expected, 25, 1e-6) << "as many as there are";
}

TEST(SuggestWeights, FitsTheBiasAloneWhereAKindIsRareOrFewAreSampled) {
    std::vector<model::Labelled> all = users(400);
    for (model::Labelled& user : all) user.harmful = user.harmful && user.id < 60;
    Suggested suggested = suggest_weights(all, {});
    EXPECT_FALSE(suggested.suggestion->lambda);
    EXPECT_NE(suggested.reason.find("15 of 20 harmful ones"), std::string::npos) << suggested.reason;
    all = users(400);
    for (model::Labelled& user : all) user.sampled = user.id < 29;
    suggested = suggest_weights(all, {});
    EXPECT_FALSE(suggested.suggestion->lambda);
    EXPECT_FALSE(suggested.suggestion->is_judged_by_sampled);
    EXPECT_EQ(suggested.suggestion->n, 400U);
    EXPECT_NE(suggested.reason.find("29 of 30 on users"), std::string::npos) << suggested.reason;
}

TEST(SuggestWeights, SuggestsNothingWithoutBothKinds) {
    std::vector<model::Labelled> all = users(400);
    for (model::Labelled& user : all) user.harmful = true;
    const Suggested suggested = suggest_weights(all, {});
    EXPECT_FALSE(suggested.suggestion);
    EXPECT_FALSE(suggested.reason.empty());
    EXPECT_FALSE(suggest_weights({}, {}).suggestion);
}

TEST(SuggestWeights, JudgesNothingByASingleVerdictOfAKind) {
    std::vector<model::Labelled> all = users(12);
    for (model::Labelled& user : all) user.harmful = user.id == 4;
    const Suggested suggested = suggest_weights(all, {});
    ASSERT_TRUE(suggested.suggestion);
    EXPECT_FALSE(suggested.suggestion->log_loss);
    EXPECT_TRUE(suggested.suggestion->current_log_loss);
}

TEST(SuggestWeights, KeepsTheWeightsWhereNoneAreBetter) {
    // Harmful or not has nothing to do with what is known of a user.
    Dice dice(2);
    std::vector<model::Labelled> all = users(400);
    model::SignalWeights none{.bias = -1, .weights = {}};
    for (const model::Signal& signal : model::all_signals()) none.weights.emplace(signal.id, 0);
    for (model::Labelled& user : all)
        for (auto& strength : user.strengths) strength = dice.falls(0.5) ? 1.0 : 0.0;
    const Suggested suggested = suggest_weights(all, none);
    EXPECT_FALSE(suggested.suggestion->lambda);
    EXPECT_EQ(suggested.suggestion->model.weights, linear_model(none).weights);
    EXPECT_NE(suggested.reason.find("would not predict"), std::string::npos) << suggested.reason;
}

TEST(SuggestWeights, KeepsTheWeightsWhereTheSampledVerdictsSpeakAgainstIt) {
    // Among the users that triage prefers a signal means the contrary of what it means among the others.
    std::vector<model::Labelled> all;
    const std::size_t wave = place_of("wave");
    for (std::int64_t i = 0; i < 500; ++i) {
        model::Labelled user{.id = i, .sampled = i % 5 == 0};
        user.strengths.assign(model::all_signals().size(), 0.0);
        const bool fires = i % 3 == 0;
        user.strengths[wave] = fires ? 1.0 : 0.0;
        user.harmful = i % 2 == 0 ? user.sampled == fires : i % 7 == 0;
        all.push_back(user);
    }
    const Suggested suggested = suggest_weights(all, {});
    EXPECT_FALSE(suggested.suggestion->lambda);
    EXPECT_NE(suggested.reason.find("worse order"), std::string::npos) << suggested.reason;
    for (model::Labelled& user : all) user.sampled = user.id % 3 == 0 || user.id % 3 == 1;
    EXPECT_TRUE(suggest_weights(all, {}).suggestion->lambda) << "where they agree the weights are fitted";
}

TEST(SuggestWeights, StaysWithinWhatTheSettingTakes) {
    model::SignalWeights extreme{.bias = 100, .weights = {{"follow_ratio", -100}}};
    const Suggested suggested = suggest_weights(users(400), extreme);
    EXPECT_LE(std::abs(suggested.suggestion->model.bias), model::kMostWeight);
    for (const double weight : suggested.suggestion->model.weights) EXPECT_LE(std::abs(weight), model::kMostWeight);
}

}  // namespace
}  // namespace wdx::insight
