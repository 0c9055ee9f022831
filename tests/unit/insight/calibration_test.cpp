#include "insight/calibration.hpp"

#include "crowd.hpp"

#include <gtest/gtest.h>

namespace wdx::insight {
namespace {

/// Users of whom every fourth is harmful, and every third sampled.
std::vector<model::Labelled> users(std::size_t count) {
    std::vector<model::Labelled> all;
    for (std::size_t i = 0; i < count; ++i) {
        const auto place = static_cast<double>(i);
        model::Labelled user{.id = static_cast<std::int64_t>(i),
                             .harmful = i % 4 == 0,
                             .risk = 0.5,
                             .rank = place / static_cast<double>(count),
                             .sampled = i % 3 == 0};
        user.strengths.assign(model::all_signals().size(), std::nullopt);
        user.strengths[0] = i % 8 == 0 ? 1.0 : 0.0;
        all.push_back(user);
    }
    return all;
}

TEST(Calibrate, LooksAtEveryVerdictAndAtTheSampledOnes) {
    const Calibration calibration = calibrate(users(120), {});
    EXPECT_EQ(calibration.all.n, 120U);
    EXPECT_EQ(calibration.all.harmful, 30U);
    EXPECT_EQ(calibration.sampled.n, 40U);
    EXPECT_EQ(calibration.sampled.harmful, 10U);
    EXPECT_EQ(calibration.all.signals[0].n, 120U);
    EXPECT_EQ(calibration.all.signals[0].fired, 15U);
    EXPECT_EQ(calibration.all.signals[0].precision, 1);
    EXPECT_EQ(calibration.all.signals[0].recall, 0.5);
    EXPECT_EQ(calibration.all.signals[1].n, 0U);
    EXPECT_EQ(calibration.sampled.signals[0].fired, 5U);
}

TEST(Calibrate, CallsUsersHarmfulFromTheBandHighOn) {
    std::vector<model::Labelled> all = users(120);  // their ranks are 0 to 0.99, their risk is 0.5
    EXPECT_EQ(calibrate(all, {}).all.score.fired, 12U) << "the band begins at a rank of 0.9";
    all[119].risk = 0.1;
    EXPECT_EQ(calibrate(all, {}).all.score.fired, 11U) << "it begins at a risk of 0.12";
    for (model::Labelled& user : all) user.rank.reset();
    EXPECT_EQ(calibrate(all, {}).all.score.fired, 119U) << "without a rank the risk alone decides";
}

TEST(Calibrate, CountsByTenthsOfTheRankInTheAccount) {
    std::vector<model::Labelled> all = users(120);
    const Calibration calibration = calibrate(all, {});
    EXPECT_FALSE(calibration.all.is_by_labels);
    for (const Tenth& tenth : calibration.all.bins) EXPECT_EQ(tenth.n, 12U);
    for (const Tenth& tenth : calibration.sampled.bins) EXPECT_EQ(tenth.n, 4U);
    all[5].rank.reset();
    EXPECT_EQ(calibrate(all, {}).all.bins[0].n, 11U) << "whose rank is not known is in none";
}

TEST(Calibrate, CountsByTenthsOfTheRankAmongTheVerdictsWhereNoOtherIsKnown) {
    std::vector<model::Labelled> all = users(20);
    for (model::Labelled& user : all) {
        user.rank.reset();
        user.risk = static_cast<double>(user.id) / 1000;
    }
    const Calibration calibration = calibrate(all, {});
    EXPECT_TRUE(calibration.all.is_by_labels);
    for (const Tenth& tenth : calibration.all.bins) EXPECT_EQ(tenth.n, 2U);
}

TEST(Calibrate, NamesThoseOnWhomScoreAndVerdictDifferMostFirst) {
    std::vector<model::Labelled> all = users(8);  // 0 and 4 are harmful
    const double risks[] = {0.1, 0.9, 0.4, 0.9, 0.5, 0.2, 0.51, 0.3};
    for (std::size_t i = 0; i < all.size(); ++i) all[i].risk = risks[i];
    all[2].risk.reset();
    EXPECT_EQ(calibrate(all, {}).all.disagreements, (std::vector<std::size_t>{0, 1, 3, 6}));
    EXPECT_EQ(calibrate(all, {}).sampled.disagreements, (std::vector<std::size_t>{0, 3, 6}))
        << "0, 3 and 6 are sampled";
    all = users(400);
    for (model::Labelled& user : all) user.risk = 0.9;
    EXPECT_EQ(calibrate(all, {}).all.disagreements.size(), kMostDisagreements);
}

TEST(Calibrate, WorksWithoutVerdicts) {
    const Calibration calibration = calibrate({}, {});
    EXPECT_EQ(calibration.all.n, 0U);
    EXPECT_FALSE(calibration.all.score.auc.area);
    EXPECT_TRUE(calibration.all.roc.empty());
    EXPECT_FALSE(calibration.weights.suggestion);
    EXPECT_FALSE(calibration.probability.model);
}

TEST(Rescore, GivesTheRiskOfOtherWeightsAndForgetsTheRank) {
    const LinearModel in_effect = linear_model({});
    Dice dice(3);
    std::vector<model::Labelled> crowd = draw_crowd(dice, in_effect, in_effect);
    const std::vector<model::Labelled> before = crowd;
    rescore(crowd, {});
    for (std::size_t i = 0; i < crowd.size(); ++i) {
        EXPECT_EQ(crowd[i].risk, before[i].risk);
        EXPECT_FALSE(crowd[i].rank);
    }
    rescore(crowd, {.bias = -1, .weights = {{"no_bio", 3}}});
    const std::size_t no_bio = place_of("no_bio");
    for (std::size_t i = 0; i < crowd.size(); ++i) {
        const double expected = logit(*before[i].risk) - model::kDefaultBias - 1 +
                                *before[i].strengths[no_bio] * (3 - in_effect.weights[no_bio]);
        EXPECT_NEAR(logit(*crowd[i].risk), expected, 1e-9);
    }
}

}  // namespace
}  // namespace wdx::insight
