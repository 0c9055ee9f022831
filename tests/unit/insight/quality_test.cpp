#include "insight/quality.hpp"

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
    const Quality quality = quality_of(all, {true, true, false, true, false});
    EXPECT_EQ(quality.n, 5U);
    EXPECT_EQ(quality.fired, 3U);
    EXPECT_NEAR(*quality.precision, 2.0 / 3, kNear);
    EXPECT_NEAR(*quality.recall, 2.0 / 3, kNear);
    EXPECT_EQ(*quality.auc.area, *area_under_curve(all).area);
    EXPECT_FALSE(quality_of(all, std::vector<bool>(5)).precision);
    EXPECT_FALSE(quality_of(ranked({}, {1}), {true}).recall);
}

TEST(RocOf, RunsFromNobodyToEverybody) {
    const std::vector<RocPoint> points = roc_of(ranked({0.9, 0.5}, {0.5, 0.1, 0.1, 0.1}));
    ASSERT_EQ(points.size(), 4U);
    EXPECT_FALSE(points[0].threshold);
    EXPECT_EQ(points[0].true_positive_rate, 0);
    EXPECT_EQ(points[1].threshold, 0.9);
    EXPECT_EQ(points[1].true_positive_rate, 0.5);
    EXPECT_EQ(points[1].false_positive_rate, 0);
    EXPECT_EQ(points[2].threshold, 0.5);
    EXPECT_EQ(points[2].true_positive_rate, 1);
    EXPECT_EQ(points[2].false_positive_rate, 0.25);
    EXPECT_EQ(points[3].threshold, 0.1);
    EXPECT_EQ(points[3].false_positive_rate, 1);
    EXPECT_TRUE(roc_of(ranked({1, 2}, {})).empty());
}

TEST(RocOf, HasAHundredPointsAtMostThatKeepTheArea) {
    std::mt19937 random(5);
    std::uniform_real_distribution<double> share(0, 1);
    for (const std::size_t size : {50U, 98U, 99U, 100U, 101U, 5000U}) {
        std::vector<Ranked> all;
        for (std::size_t i = 0; i < size; ++i) all.push_back({share(random), share(random) < 0.3});
        for (Ranked& one : all) one.score += one.harmful ? 0.4 : 0;
        const std::vector<RocPoint> points = roc_of(all);
        EXPECT_LE(points.size(), kMostRocPoints);
        EXPECT_GE(points.size(), std::min<std::size_t>(size + 1, 60));
        EXPECT_EQ(points.back().true_positive_rate, 1);
        EXPECT_EQ(points.back().false_positive_rate, 1);
        double area = 0;
        for (std::size_t i = 1; i < points.size(); ++i) {
            const RocPoint& from = points[i - 1];
            const RocPoint& to = points[i];
            EXPECT_LE(from.true_positive_rate, to.true_positive_rate);
            area += (to.false_positive_rate - from.false_positive_rate) *
                    (from.true_positive_rate + to.true_positive_rate) / 2;
        }
        EXPECT_NEAR(area, *area_under_curve(all).area, 0.01);
    }
}

TEST(TenthsOf, CountsByTenthsOfZeroToOne) {
    const Tenths tenths = tenths_of(ranked({0.05, 1.0, 0.95}, {0.1, 0.3, 0.39, 0.9}));
    EXPECT_EQ(tenths[0].n, 1U);
    EXPECT_EQ(tenths[1].n, 1U) << "an edge belongs to what is above it";
    EXPECT_EQ(tenths[3].n, 2U);
    EXPECT_EQ(tenths[3].harmful, 0U);
    EXPECT_EQ(tenths[9].n, 3U);
    EXPECT_EQ(tenths[9].harmful, 2U);
}

TEST(ByRank, IsTheShareBelowAndHalfOfTheEqual) {
    const std::vector<Ranked> by = by_rank(ranked({0.9, 0.2}, {0.1, 0.2}));
    EXPECT_NEAR(by[0].score, 3.5 / 4, kNear);
    EXPECT_NEAR(by[1].score, 2.0 / 4, kNear);
    EXPECT_NEAR(by[2].score, 0.5 / 4, kNear);
    EXPECT_NEAR(by[3].score, 2.0 / 4, kNear);
    EXPECT_TRUE(by[1].harmful);
    EXPECT_FALSE(by[3].harmful);
}

}  // namespace
}  // namespace wdx::insight
