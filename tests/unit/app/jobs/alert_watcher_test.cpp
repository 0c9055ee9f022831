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

}  // namespace
}  // namespace wdx::app
