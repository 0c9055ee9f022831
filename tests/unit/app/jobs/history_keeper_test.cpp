#include "app/jobs/history_keeper.hpp"

#include <gtest/gtest.h>

namespace wdx::app {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::sys_days kToday{std::chrono::year{2026} / 11 / 27};
constexpr std::chrono::sys_days kTomorrow = kToday + std::chrono::days{1};
const SnapshotSchedule::Clock::time_point kStart{1000s};

SnapshotSchedule taken_at_start(std::int64_t last_event) {
    SnapshotSchedule schedule(60s);
    schedule.begin(kStart);
    schedule.finish(kToday, last_event);
    return schedule;
}

TEST(SnapshotSchedule, IsDueAtTheStart) {
    EXPECT_TRUE(SnapshotSchedule(60s).is_due(kStart, kToday, 0));
}

TEST(SnapshotSchedule, RestsWhileNothingChanges) {
    EXPECT_FALSE(taken_at_start(7).is_due(kStart + 23h, kToday, 7));
}

TEST(SnapshotSchedule, IsDueAfterAChangeButOncePerIntervalAtMost) {
    const SnapshotSchedule schedule = taken_at_start(7);
    EXPECT_FALSE(schedule.is_due(kStart + 59s, kToday, 8));
    EXPECT_TRUE(schedule.is_due(kStart + 60s, kToday, 8));
}

TEST(SnapshotSchedule, DoesNotTakeAChangeThatCameMeanwhileForSeen) {
    SnapshotSchedule schedule(60s);
    schedule.begin(kStart);
    schedule.finish(kToday, 7);  // the 8th came before the answer
    EXPECT_TRUE(schedule.is_due(kStart + 60s, kToday, 8));
}

TEST(SnapshotSchedule, IsDueAtMidnightWithoutAnyChange) {
    EXPECT_TRUE(taken_at_start(7).is_due(kStart + 1h, kTomorrow, 7));
}

TEST(SnapshotSchedule, WaitsForTheIntervalAfterAFailure) {
    SnapshotSchedule schedule(60s);
    schedule.begin(kStart);
    EXPECT_FALSE(schedule.is_due(kStart + 59s, kToday, 0));
    EXPECT_TRUE(schedule.is_due(kStart + 60s, kToday, 0));
}

TEST(SnapshotSchedule, RestsLongerAfterEachFailureButTwoHoursAtMost) {
    SnapshotSchedule schedule(60s);
    schedule.begin(kStart);
    schedule.fail(kStart + 30s);
    EXPECT_FALSE(schedule.is_due(kStart + 30s + 149s, kToday, 0));
    EXPECT_TRUE(schedule.is_due(kStart + 30s + 150s, kToday, 0));
    schedule.fail(kStart + 30s);
    EXPECT_FALSE(schedule.is_due(kStart + 30s + 299s, kToday, 0));
    EXPECT_TRUE(schedule.is_due(kStart + 30s + 300s, kToday, 0));
    for (int i = 0; i < 100; ++i) schedule.fail(kStart);
    EXPECT_FALSE(schedule.is_due(kStart + 2h - 1s, kToday, 0));
    EXPECT_TRUE(schedule.is_due(kStart + 2h, kToday, 0));
}

TEST(SnapshotSchedule, ForgetsFailuresWithTheFirstSnapshotThatIsTaken) {
    SnapshotSchedule schedule(60s);
    schedule.begin(kStart);
    schedule.fail(kStart + 30s);
    schedule.begin(kStart + 10min);
    schedule.finish(kToday, 7);
    EXPECT_TRUE(schedule.is_due(kStart + 11min, kToday, 8));
}

}  // namespace
}  // namespace wdx::app
