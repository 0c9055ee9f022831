#include "app/jobs/signal_keeper.hpp"

#include <gtest/gtest.h>

namespace wdx::app {
namespace {

using namespace std::chrono_literals;
using Clock = LookSchedule::Clock;

constexpr LookSchedule::Signs kSigns{.changes = 10, .next_transaction = 500};
const Clock::time_point kStart = Clock::time_point(1h);

LookSchedule looked(Clock::duration took = 100ms, bool settled = true) {
    LookSchedule schedule;
    schedule.finish(kStart - took, kStart, kSigns, settled);
    return schedule;
}

TEST(LookSchedule, TheFirstLookIsDueAtOnce) {
    EXPECT_TRUE(LookSchedule().is_due(kStart, kSigns));
    EXPECT_FALSE(LookSchedule().is_still(kSigns));
}

TEST(LookSchedule, NothingIsDueWhileNoTransactionHasBegun) {
    EXPECT_TRUE(looked().is_still(kSigns));
    EXPECT_FALSE(looked().is_due(kStart + 24h, kSigns));
}

TEST(LookSchedule, ATransactionThatWasRunningMayHaveChangedSomething) {
    const LookSchedule schedule = looked(100ms, false);
    EXPECT_FALSE(schedule.is_still(kSigns));
    EXPECT_TRUE(schedule.is_due(kStart + 5s, kSigns));
}

TEST(LookSchedule, CountedChangesAreDueAfterARestAsLongAsTheLook) {
    const LookSchedule::Signs changed{.changes = 11, .next_transaction = 501};
    EXPECT_FALSE(looked().is_due(kStart + 99ms, changed));
    EXPECT_TRUE(looked().is_due(kStart + 100ms, changed));
    EXPECT_FALSE(looked(10s).is_due(kStart + 9s, changed));
}

TEST(LookSchedule, ChangesThatWereNotCountedAreDueAfterAWhile) {
    const LookSchedule::Signs uncounted{.changes = 10, .next_transaction = 501};
    EXPECT_FALSE(looked().is_due(kStart + 4s, uncounted));
    EXPECT_TRUE(looked().is_due(kStart + 5s, uncounted));
}

}  // namespace
}  // namespace wdx::app
