#include "insight/probability.hpp"

#include "crowd.hpp"
#include "insight/logistic.hpp"
#include "model/crowd.hpp"

#include <gtest/gtest.h>

namespace wdx::insight {
namespace {

/// Sampled users with risks of 0..1 evenly, of whom a share that `share_of` tells by the rank is harmful.
template <typename ShareOf>
std::vector<model::Labelled> users(std::size_t count, ShareOf share_of) {
    Dice dice(4);
    std::vector<model::Labelled> all;
    for (std::size_t i = 0; i < count; ++i) {
        const double rank = (static_cast<double>(i) + 0.5) / static_cast<double>(count);
        all.push_back({.id = static_cast<std::int64_t>(i),
                       .harmful = dice.falls(share_of(rank)),
                       .risk = 0.02 + 0.5 * rank,
                       .rank = rank,
                       .sampled = true});
    }
    return all;
}

/// The curve that turns the score's log-odds by `intercept` and `slope`.
auto curve(double intercept, double slope) {
    return [=](double rank) { return logistic(intercept + slope * logit(0.02 + 0.5 * rank)); };
}

TEST(FitProbability, FindsTheCurveThatTheVerdictsFollow) {
    const FittedProbability fitted = fit_probability(users(4000, curve(1, 1.5)));
    ASSERT_TRUE(fitted.model) << fitted.reason;
    EXPECT_FALSE(fitted.model->tenths);
    EXPECT_NEAR(fitted.model->intercept, 1, 0.2);
    EXPECT_NEAR(fitted.model->slope, 1.5, 0.15);
    EXPECT_LT(fitted.model->log_loss, fitted.model->share_log_loss);
    EXPECT_NEAR(probability_of(*fitted.model, 0.3, std::nullopt), logistic(1 + 1.5 * logit(0.3)), 0.03);
}

TEST(FitProbability, TakesTheTenthsWhereNoCurveFits) {
    // Hardly anybody below the last three tenths, and nearly all there.
    const auto step = [](double rank) { return rank < 0.7 ? 0.02 : 0.9; };
    std::vector<model::Labelled> all = users(2000, step);
    const FittedProbability fitted = fit_probability(all);
    ASSERT_TRUE(fitted.model && fitted.model->tenths);
    EXPECT_TRUE(std::is_sorted(fitted.model->tenths->begin(), fitted.model->tenths->end()));
    EXPECT_NEAR(probability_of(*fitted.model, 0.1, 0.95), 0.9, 0.05);
    EXPECT_NEAR(probability_of(*fitted.model, 0.9, 0.15), 0.02, 0.03) << "the rank decides";
    EXPECT_GT(probability_of(*fitted.model, 0.9, std::nullopt), 0.5) << "without one the curve does";
    all[7].rank.reset();
    EXPECT_FALSE(fit_probability(all).model->tenths) << "not all ranks are known";
}

TEST(FitProbability, NeverFallsWhereTheScoreRises) {
    const FittedProbability fitted = fit_probability(users(600, [](double rank) { return 0.9 - 0.8 * rank; }));
    ASSERT_TRUE(fitted.model);
    double before = 0;
    for (int i = 0; i <= 100; ++i) {
        const double rank = i / 100.0;
        const double probability = probability_of(*fitted.model, 0.02 + 0.5 * rank, rank);
        EXPECT_GE(probability, before - 1e-12);
        EXPECT_NEAR(probability, 0.5, 0.1) << "the score says nothing: the share of the harmful remains";
        before = probability;
    }
}

TEST(FitProbability, LearnsFromSampledVerdictsAlone) {
    std::vector<model::Labelled> all = users(400, curve(0, 1));
    std::vector<model::Labelled> more = all;
    for (int i = 0; i < 300; ++i) more.push_back({.id = 1000 + i, .harmful = true, .risk = 0.1, .rank = 0.2});
    const FittedProbability without = fit_probability(all);
    const FittedProbability with = fit_probability(more);
    EXPECT_EQ(with.model->n, 400U);
    EXPECT_EQ(with.model->intercept, without.model->intercept);
}

TEST(FitProbability, WantsThirtySampledVerdictsOfBothKinds) {
    const auto half = [](double) { return 0.5; };
    std::vector<model::Labelled> all = users(model::kLeastSampled, half);
    EXPECT_TRUE(fit_probability(all).model);
    all[3].risk.reset();
    const FittedProbability few = fit_probability(all);
    EXPECT_FALSE(few.model);
    EXPECT_NE(few.reason.find("there are 29"), std::string::npos) << few.reason;
    const FittedProbability one_kind = fit_probability(users(500, [](double) { return 0.0; }));
    EXPECT_FALSE(one_kind.model);
    EXPECT_NE(one_kind.reason.find("0 of 500 are harmful"), std::string::npos) << one_kind.reason;
    EXPECT_FALSE(fit_probability({}).model);
}

TEST(FitProbability, IsRightAboutTheUsersOfACrowdThatAreNotJudgedYet) {
    const LinearModel in_effect = linear_model({});
    for (int seed = 1; seed <= 5; ++seed) {
        Dice dice(static_cast<std::uint64_t>(seed));
        const Judged crowd = judge(dice, draw_crowd(dice, in_effect, in_effect), 600);
        const FittedProbability fitted = fit_probability(crowd.judged);
        ASSERT_TRUE(fitted.model);
        double expected = 0;
        double harmful = 0;
        for (const model::Labelled& user : crowd.rest) {
            expected += probability_of(*fitted.model, *user.risk, user.rank);
            harmful += user.harmful ? 1 : 0;
        }
        const auto n = static_cast<double>(crowd.rest.size());
        EXPECT_NEAR(expected / n, harmful / n, 0.07) << seed;
    }
}

}  // namespace
}  // namespace wdx::insight
