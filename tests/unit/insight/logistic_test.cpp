#include "insight/logistic.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace wdx::insight {
namespace {

constexpr double kNear = 1e-6;

/// Of 400 users with the first feature `with` are harmful, of 400 without it `without`; the second feature is 0.
LogisticData table(int with, int without) {
    LogisticData data(2);
    for (int i = 0; i < 800; ++i) {
        const std::vector<double> features{i < 400 ? 1.0 : 0.0, 0.0};
        data.add(features, i < with || (i >= 400 && i < 400 + without));
    }
    return data;
}

const LinearModel kZero{.bias = 0, .weights = {0, 0}};

TEST(FitLogistic, FindsTheLogOddsOfATable) {
    // ln 3 and -ln 3; the ridge takes little away.
    const LinearModel fitted = fit_logistic(table(300, 100), kZero, 1, kZero);
    EXPECT_NEAR(fitted.bias, -std::log(3), 0.03);
    EXPECT_NEAR(fitted.weights[0], 2 * std::log(3), 0.06);
    EXPECT_NEAR(fitted.weights[1], 0, kNear);
}

TEST(FitLogistic, StaysNearTheCenterTheMoreTheLargerThePenalty) {
    const LinearModel center{.bias = 7, .weights = {-1, 5}};
    double before = 10;
    for (const double lambda : {1.0, 10.0, 100.0, 1e6}) {
        const LinearModel fitted = fit_logistic(table(300, 100), center, lambda, kZero);
        EXPECT_LT(fitted.weights[0], before);
        EXPECT_NEAR(fitted.weights[1], 5, kNear) << "no user says anything about it";
        before = fitted.weights[0];
    }
    EXPECT_NEAR(before, -1, 0.001);
}

TEST(FitLogistic, FindsAMinimumWhereverItBegins) {
    const LogisticData data = table(37, 390);
    const LinearModel center{.bias = 0, .weights = {0.5, -0.5}};
    const auto loss = [&](const LinearModel& at) {
        double sum = 0;
        for (std::size_t i = 0; i < data.size(); ++i) sum += log_loss_at(data.linear(i, at), data.harmful(i));
        for (std::size_t j = 0; j < 2; ++j) sum += std::pow(at.weights[j] - center.weights[j], 2);  // lambda is 2
        return sum;
    };
    for (const LinearModel& start : {kZero, LinearModel{.bias = 40, .weights = {-90, 3}}}) {
        const LinearModel fitted = fit_logistic(data, center, 2, start);
        for (const double step : {0.01, -0.01}) {
            LinearModel other = fitted;
            other.bias += step;
            EXPECT_GT(loss(other), loss(fitted));
            for (std::size_t j = 0; j < 2; ++j) {
                other = fitted;
                other.weights[j] += step;
                EXPECT_GT(loss(other), loss(fitted));
            }
        }
    }
}

TEST(FitLogistic, StaysFiniteWhereAFeatureTellsAll) {
    const LinearModel fitted = fit_logistic(table(400, 0), kZero, 1, kZero);
    EXPECT_GT(fitted.weights[0], 3);
    EXPECT_LT(fitted.weights[0], 20);
    EXPECT_TRUE(std::isfinite(fitted.bias));
}

TEST(FitLogistic, DoesNotLookAtWhatIsLeftOut) {
    const LogisticData data = table(300, 100);
    LogisticData without(2);
    std::vector<std::size_t> folds;
    for (std::size_t i = 0; i < data.size(); ++i) {
        folds.push_back(i % 3);
        const std::vector<double> features{i < 400 ? 1.0 : 0.0, 0.0};
        if (i % 3 != 1) without.add(features, data.harmful(i));
    }
    const LeftOut left_out{folds, 1};
    const LinearModel fitted = fit_logistic(data, kZero, 5, kZero, left_out);
    EXPECT_NEAR(fitted.weights[0], fit_logistic(without, kZero, 5, kZero).weights[0], kNear);
    EXPECT_NEAR(fit_bias(data, kZero, left_out).bias, fit_bias(without, kZero).bias, kNear);
}

TEST(FitBias, ExpectsAsManyHarmfulUsersAsThereAre) {
    const LogisticData data = table(300, 100);
    EXPECT_NEAR(fit_bias(data, kZero).bias, 0, kNear);
    for (const LinearModel& start :
         {LinearModel{.bias = -3, .weights = {2, 0}}, LinearModel{.bias = 90, .weights = {-8, 1}}}) {
        const LinearModel fitted = fit_bias(data, start);
        double expected = 0;
        for (std::size_t i = 0; i < data.size(); ++i) expected += logistic(data.linear(i, fitted));
        EXPECT_NEAR(expected, 400, kNear);
        EXPECT_EQ(fitted.weights, start.weights);
    }
}

TEST(LogLossAt, IsFiniteAndRightFarFromZero) {
    EXPECT_NEAR(log_loss_at(0, true), std::log(2), kNear);
    EXPECT_NEAR(log_loss_at(2, false), -std::log(1 - logistic(2)), kNear);
    EXPECT_NEAR(log_loss_at(-5000, true), 5000, kNear);
    EXPECT_NEAR(log_loss_at(5000, true), 0, kNear);
}

TEST(DealFolds, GivesEachFoldItsShareOfBothClasses) {
    const LogisticData data = table(20, 30);
    const std::vector<std::size_t> folds = deal_folds(data);
    std::vector<std::size_t> harmful(kFolds);
    std::vector<std::size_t> all(kFolds);
    for (std::size_t i = 0; i < data.size(); ++i) {
        all[folds[i]] += 1;
        harmful[folds[i]] += data.harmful(i) ? 1U : 0U;
    }
    EXPECT_EQ(harmful, std::vector<std::size_t>(kFolds, 5));
    EXPECT_EQ(all, std::vector<std::size_t>(kFolds, 80));
}

}  // namespace
}  // namespace wdx::insight
