#include "app/jobs/alert_watcher.hpp"

#include <gtest/gtest.h>

namespace wdx::app {
namespace {

using namespace std::chrono_literals;

const CostlyLook::Clock::time_point kStart{1000s};

TEST(CostlyLook, IsDueAtFirstAndThenAfterAChange) {
    CostlyLook look;
    EXPECT_TRUE(look.is_due(kStart, 7));
    look.finish(kStart, kStart, 7);
    EXPECT_FALSE(look.is_due(kStart + 1min, 7));
    EXPECT_TRUE(look.is_due(kStart + 1min, 8));
}

TEST(CostlyLook, IsDueWithoutAChangeAfterTenMinutes) {
    CostlyLook look;
    look.finish(kStart, kStart, 7);
    EXPECT_TRUE(look.is_due(kStart + 10min, 7));
}

TEST(CostlyLook, RestsTwentyTimesItsLength) {
    CostlyLook look;
    look.finish(kStart, kStart + 2s, 7);
    EXPECT_FALSE(look.is_due(kStart + 40s, 8));
    EXPECT_TRUE(look.is_due(kStart + 42s, 8));
}

TEST(CostlyLook, RestsAfterAFailureTwentyTimesItsLengthAndAMinuteAtLeast) {
    CostlyLook look;
    look.fail(kStart, kStart + 30s, "cancelled");
    EXPECT_EQ(look.failure(), "cancelled");
    EXPECT_FALSE(look.is_due(kStart + 30s + 10min - 1s, 8));
    EXPECT_TRUE(look.is_due(kStart + 30s + 10min, 8));
    CostlyLook brief;
    brief.fail(kStart, kStart, "cancelled");
    EXPECT_FALSE(brief.is_due(kStart + 59s, 8));
    EXPECT_TRUE(brief.is_due(kStart + 60s, 8));
}

TEST(CostlyLook, RestsTwiceAsLongAfterEachFurtherFailureButTwoHoursAtMost) {
    CostlyLook look;
    look.fail(kStart, kStart, "cancelled");
    look.fail(kStart, kStart, "cancelled");
    EXPECT_FALSE(look.is_due(kStart + 119s, 7));
    EXPECT_TRUE(look.is_due(kStart + 120s, 7));
    for (int i = 0; i < 100; ++i) look.fail(kStart, kStart, "cancelled");
    EXPECT_FALSE(look.is_due(kStart + 2h - 1s, 7));
    EXPECT_TRUE(look.is_due(kStart + 2h, 7));
}

TEST(CostlyLook, ForgetsFailuresWithTheFirstLookThatDoesNotFail) {
    CostlyLook look;
    look.fail(kStart, kStart + 30s, "cancelled");
    look.finish(kStart + 1h, kStart + 1h, 7);
    EXPECT_EQ(look.failure(), "");
    EXPECT_TRUE(look.is_due(kStart + 1h, 8));
    look.fail(kStart + 2h, kStart + 2h, "cancelled");
    EXPECT_TRUE(look.is_due(kStart + 2h + 1min, 8));
}

}  // namespace
}  // namespace wdx::app
