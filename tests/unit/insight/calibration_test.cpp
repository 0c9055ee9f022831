#include "insight/calibration.hpp"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

namespace wdx::insight {
namespace {

constexpr double kNear = 1e-9;

std::vector<Ranked> ranked(const std::vector<double>& harmful, const std::vector<double>& others) {
    std::vector<Ranked> all;
    for (const double score : harmful) all.push_back({score, true});
    for (const double score : others) all.push_back({score, false});
    return all;
}

TEST(AreaUnderCurve, CountsThePairsInOrderAndHalfOfTheTies) {
    // 3 > 1, 3 > 2; 2 > 1, 2 = 2: 3.5 of 4 pairs.
    EXPECT_NEAR(*area_under_curve(ranked({3, 2}, {1, 2})).area, 3.5 / 4, kNear);
    EXPECT_NEAR(*area_under_curve(ranked({1, 1}, {1, 1})).area, 0.5, kNear);
    EXPECT_NEAR(*area_under_curve(ranked({0}, {1})).area, 0, kNear);
}

TEST(AreaUnderCurve, HasTheIntervalOfDeLong) {
    // harmful {3, 2, 1}, others {0, 1, 2, 0}: 3 > all (1), 2 > 0, 1, 0 and = 2 (3.5/4), 1 > 0, 0 and = 1 (2.5/4).
    // area (1 + 0.875 + 0.625) / 3 = 5/6; variance of {1, 0.875, 0.625} = 0.0364583...
    // by the others: 0: 3/3, 1: 2.5/3, 2: 1.5/3, 0: 3/3: variance of {1, 5/6, 1/2, 1} = 0.0555555...
    const Auc auc = area_under_curve(ranked({3, 2, 1}, {0, 1, 2, 0}));
    EXPECT_NEAR(*auc.area, 5.0 / 6, kNear);
    const double first = 7.0 / 192;  // ((1/6)^2 + (1/24)^2 + (5/24)^2) / 2
    const double second = 1.0 / 18;  // ((1/6)^2 + 0 + (1/3)^2 + (1/6)^2) / 3
    const double deviation = std::sqrt(first / 3 + second / 4);
    EXPECT_NEAR(*auc.low, 5.0 / 6 - 1.959963984540054 * deviation, kNear);
    EXPECT_NEAR(*auc.high, 1, kNear);  // cut
}

TEST(AreaUnderCurve, IsTheOneThatAllPairsGive) {
    std::mt19937 random(7);
    std::uniform_int_distribution<int> few(0, 9);
    for (int round = 0; round < 50; ++round) {
        std::vector<Ranked> all;
        for (int i = 0; i < 60; ++i) all.push_back({static_cast<double>(few(random)), few(random) < 4});
        double in_order = 0;
        double pairs = 0;
        for (const Ranked& a : all)
            for (const Ranked& b : all)
                if (a.harmful && !b.harmful) {
                    pairs += 1;
                    in_order += a.score > b.score ? 1 : a.score == b.score ? 0.5 : 0;
                }
        const Auc auc = area_under_curve(all);
        EXPECT_NEAR(*auc.area, in_order / pairs, kNear);
        EXPECT_LE(0, *auc.low);
        EXPECT_LE(*auc.low, *auc.area);
        EXPECT_LE(*auc.area, *auc.high);
        EXPECT_LE(*auc.high, 1);
    }
}

TEST(AreaUnderCurve, IsUnknownWithoutBothClasses) {
    EXPECT_FALSE(area_under_curve(ranked({1, 2}, {})).area);
    EXPECT_FALSE(area_under_curve(ranked({}, {1})).area);
    EXPECT_FALSE(area_under_curve({}).area);
    const Auc auc = area_under_curve(ranked({1}, {0, 0}));
    EXPECT_TRUE(auc.area);
    EXPECT_FALSE(auc.low);
    EXPECT_FALSE(auc.high);
}

TEST(QualityOf, CountsWhoIsCalledHarmful) {
    const auto all = ranked({0.9, 0.5, 0.1}, {0.5, 0.2});
    const Quality at = quality_of(all, 0.5, true);
    EXPECT_EQ(at.n, 5U);
    EXPECT_EQ(at.fired, 3U);
    EXPECT_NEAR(*at.precision, 2.0 / 3, kNear);
    EXPECT_NEAR(*at.recall, 2.0 / 3, kNear);
    EXPECT_EQ(quality_of(all, 0.5, false).fired, 1U);
    EXPECT_FALSE(quality_of(all, 1, false).precision);
    EXPECT_FALSE(quality_of(ranked({}, {1}), 0.5, true).recall);
}

TEST(FitLogistic, FindsTheLogOddsOfATable) {
    // Of 400 with the feature 300 are harmful, of 400 without it 100: ln 3 and -ln 3; the ridge takes little away.
    std::vector<std::vector<double>> features;
    std::vector<bool> harmful;
    for (int i = 0; i < 800; ++i) {
        features.push_back({i < 400 ? 1.0 : 0.0, 0.0});
        harmful.push_back(i < 300 || (i >= 400 && i < 500));
    }
    const std::vector<double> weights = fit_logistic(features, harmful);
    EXPECT_NEAR(weights[0], -std::log(3), 0.03);
    EXPECT_NEAR(weights[1], 2 * std::log(3), 0.06);
    EXPECT_NEAR(weights[2], 0, kNear);  // says nothing
}

TEST(FitLogistic, StaysFiniteWhereAFeatureTellsAll) {
    std::vector<std::vector<double>> features;
    std::vector<bool> harmful;
    for (int i = 0; i < 200; ++i) {
        features.push_back({i < 100 ? 1.0 : 0.0});
        harmful.push_back(i < 100);
    }
    const std::vector<double> weights = fit_logistic(features, harmful);
    EXPECT_GT(weights[1], 3);
    EXPECT_LT(weights[1], 20);
    EXPECT_TRUE(std::isfinite(weights[0]));
}

/// Users of whom the first signal tells nearly all; the others are missing.
std::vector<Labelled> users(std::size_t count) {
    std::vector<Labelled> all;
    for (std::size_t i = 0; i < count; ++i) {
        Labelled user;
        user.id = static_cast<std::int64_t>(i);
        user.harmful = i % 4 == 0;
        user.risk = 0.5;
        user.strengths.assign(model::all_signals().size(), std::nullopt);
        user.strengths[0] = (i % 4 == 0) != (i % 20 == 0) ? 1.0 : 0.0;
        all.push_back(user);
    }
    return all;
}

TEST(Calibrate, SuggestsWeightsThatFitBetter) {
    const std::vector<Labelled> all = users(400);
    const Calibration calibration = calibrate(all, {});
    ASSERT_TRUE(calibration.suggestion);
    EXPECT_GT(calibration.suggestion->weights[0], 1);
    EXPECT_LT(calibration.suggestion->log_loss, calibration.suggestion->current_log_loss);
    EXPECT_NEAR(calibration.suggestion->current_log_loss, std::log(2), kNear);
    EXPECT_EQ(calibration.signals[0].n, 400U);
    EXPECT_EQ(calibration.signals[1].n, 0U);
    EXPECT_EQ(calibration.harmful, 100U);
}

TEST(Calibrate, SuggestsNothingFromFewVerdictsOrOneKind) {
    std::vector<Labelled> all = users(96);
    EXPECT_FALSE(calibrate(all, {}).suggestion);
    EXPECT_FALSE(calibrate(all, {}).reason.empty());
    all = users(400);
    for (Labelled& user : all) user.harmful = user.harmful && user.id < 60;
    EXPECT_FALSE(calibrate(all, {}).suggestion);
    EXPECT_FALSE(calibrate({}, {}).suggestion);
}

TEST(Calibrate, SuggestsNothingThatFitsWorse) {
    std::vector<Labelled> all = users(400);
    for (Labelled& user : all) user.risk = user.harmful ? 0.999 : 0.001;
    const Calibration calibration = calibrate(all, {});
    EXPECT_FALSE(calibration.suggestion);
    EXPECT_FALSE(calibration.reason.empty());
}

TEST(Calibrate, NamesThoseOnWhomScoreAndVerdictDifferMostFirst) {
    std::vector<Labelled> all = users(8);  // 0 and 4 are harmful
    const double risks[] = {0.1, 0.9, 0.4, 0.9, 0.5, 0.2, 0.51, 0.3};
    for (std::size_t i = 0; i < all.size(); ++i) all[i].risk = risks[i];
    all[2].risk.reset();
    EXPECT_EQ(calibrate(all, {}).disagreements, (std::vector<std::size_t>{0, 1, 3, 6}));
    EXPECT_LE(calibrate(users(400), {}).disagreements.size(), kMostDisagreements);
}

}  // namespace
}  // namespace wdx::insight
