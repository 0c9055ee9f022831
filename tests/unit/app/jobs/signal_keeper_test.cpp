#include "app/jobs/signal_keeper.hpp"

#include <gtest/gtest.h>

namespace wdx::app {
namespace {

using namespace std::chrono_literals;
using Clock = LookSchedule::Clock;

constexpr LookSchedule::Signs kSigns{.changes = 10, .next_transaction = 500};
const Clock::time_point kStart = Clock::time_point(1h);

/// After a second look.
LookSchedule looked(Clock::duration took = 100ms, bool settled = true) {
    LookSchedule schedule;
    schedule.finish(kStart - took - 1min, kStart - took - 1min, kSigns, settled);
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

TEST(LookSchedule, ALookIsDueWhenADayBeginsThoughNoTransactionHas) {
    const LookSchedule::Signs next_day{.changes = 10, .next_transaction = 500, .is_of_today = false};
    EXPECT_FALSE(looked().is_still(next_day));
    EXPECT_TRUE(looked().is_due(kStart + 5s, next_day));
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

TEST(LookSchedule, TheFirstLookAloneIsFollowedByNoRest) {
    const LookSchedule::Signs changed{.changes = 11, .next_transaction = 501};
    LookSchedule schedule;
    schedule.finish(kStart - 10s, kStart, kSigns, true);
    EXPECT_TRUE(schedule.is_due(kStart, changed));
    schedule.finish(kStart, kStart + 10s, changed, true);
    const LookSchedule::Signs again{.changes = 12, .next_transaction = 502};
    EXPECT_FALSE(schedule.is_due(kStart + 19s, again));
    EXPECT_TRUE(schedule.is_due(kStart + 20s, again));
}

TEST(LookSchedule, ALookThatFailedIsDueAgainAfterARest) {
    LookSchedule first;
    first.fail(kStart - 10s, kStart);
    EXPECT_FALSE(first.is_due(kStart + 9s, kSigns));
    EXPECT_TRUE(first.is_due(kStart + 10s, kSigns));
    const LookSchedule::Signs changed{.changes = 11, .next_transaction = 501};
    LookSchedule later = looked();
    later.fail(kStart, kStart + 10s);
    EXPECT_FALSE(later.is_due(kStart + 19s, changed));
    EXPECT_TRUE(later.is_due(kStart + 20s, changed));
}

TEST(LookSchedule, ChangesThatWereNotCountedAreDueAfterAWhile) {
    const LookSchedule::Signs uncounted{.changes = 10, .next_transaction = 501};
    EXPECT_FALSE(looked().is_due(kStart + 4s, uncounted));
    EXPECT_TRUE(looked().is_due(kStart + 5s, uncounted));
}

}  // namespace
}  // namespace wdx::app
