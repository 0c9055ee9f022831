#include "alert/findings.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace wdx::alert {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::sys_days kToday{std::chrono::year{2026} / 11 / 30};
constexpr std::chrono::sys_seconds kNow{std::chrono::sys_days(kToday)};

DayCounts followers(int days_ago, std::int64_t count) {
    return {.day = kToday - std::chrono::days(days_ago), .followers = count};
}

DayCounts followers_unknown(int days_ago) {
    return {.day = kToday - std::chrono::days(days_ago)};
}

DayCounts judged(int days_ago, std::int64_t harmful, std::int64_t classified) {
    return {.day = kToday - std::chrono::days(days_ago), .harmful = harmful, .classified = classified};
}

TEST(FindFollowersDrop, ComparesWithTheHighestOfTheSevenDaysBefore) {
    const std::vector days{followers(7, 90), followers(3, 100), followers(1, 96), followers(0, 95)};
    const auto drop = find_followers_drop(days, 0.05);
    ASSERT_TRUE(drop);
    EXPECT_EQ(drop->from, 100);
    EXPECT_EQ(drop->to, 95);
    EXPECT_EQ(drop->since, kToday - 3 * 24h);
    EXPECT_FALSE(find_followers_drop(days, 0.051));
}

TEST(FindFollowersDrop, ForgetsWhatIsOlderThanSevenDays) {
    EXPECT_FALSE(find_followers_drop(std::vector{followers(8, 1000), followers(0, 95)}, 0.05));
}

TEST(FindFollowersDrop, NeedsTwoDaysThatAreKnown) {
    EXPECT_FALSE(find_followers_drop(std::vector<DayCounts>{}, 0.05));
    EXPECT_FALSE(find_followers_drop(std::vector{followers(0, 95)}, 0.05));
    EXPECT_FALSE(find_followers_drop(std::vector{followers(1, 0), followers(0, 0)}, 0.05));
    EXPECT_FALSE(find_followers_drop(std::vector{followers_unknown(1), followers(0, 5)}, 0.05));
}

TEST(FindHarmfulRise, CountsPointsFromTheLowestOfTheSevenDaysBefore) {
    const std::vector days{judged(5, 10, 100), judged(2, 12, 100), judged(0, 15, 100)};
    const auto rise = find_harmful_rise(days, 0.05);
    ASSERT_TRUE(rise);
    EXPECT_DOUBLE_EQ(rise->from, 0.1);
    EXPECT_DOUBLE_EQ(rise->to, 0.15);
    EXPECT_FALSE(find_harmful_rise(days, 0.06));
}

TEST(FindHarmfulRise, SaysNothingOfFewVerdicts) {
    EXPECT_FALSE(find_harmful_rise(std::vector{judged(1, 0, kLeastClassified - 1), judged(0, 50, 100)}, 0.05));
    EXPECT_FALSE(find_harmful_rise(std::vector{judged(1, 0, 100), judged(0, 19, kLeastClassified - 1)}, 0.05));
}

TEST(JudgeRows, TakesWhatItSeesFirstAsKnown) {
    const QualityDecision first = judge_rows(std::nullopt, 12, 1, kNow);
    EXPECT_EQ(first.now.known, 12);
    EXPECT_FALSE(first.newly);
}

TEST(JudgeRows, TellsNewRowsOnceAndIsSilentWhileTheyGrow) {
    const QualityDecision told = judge_rows(KnownRows{12}, 15, 3, kNow);
    EXPECT_EQ(told.newly, 3);
    const QualityDecision more = judge_rows(told.now, 20, 3, kNow + 1h);
    EXPECT_FALSE(more.newly);
    EXPECT_EQ(more.now.told, 20);
    EXPECT_EQ(more.now.last_at, kNow + 1h);
}

TEST(JudgeRows, AddsUpWhatIsBelowTheThreshold) {
    const QualityDecision few = judge_rows(KnownRows{12}, 14, 3, kNow);
    EXPECT_FALSE(few.newly);
    EXPECT_EQ(judge_rows(few.now, 15, 3, kNow).newly, 3);
}

TEST(JudgeRows, IsOverWhenTheRowsAreMendedOrADayWasQuiet) {
    const KnownRows told{12, 15, kNow};
    const QualityDecision mended = judge_rows(told, 12, 1, kNow + 1h);
    EXPECT_EQ(mended.now.told, std::nullopt);
    EXPECT_EQ(judge_rows(mended.now, 13, 1, kNow + 2h).newly, 1);
    const QualityDecision quiet = judge_rows(told, 15, 1, kNow + kQualityQuiet);
    EXPECT_EQ(quiet.now.known, 15);
    EXPECT_EQ(judge_rows(quiet.now, 16, 1, kNow + 25h).newly, 1);
    const QualityDecision set_back = judge_rows(told, 15, 1, kNow - kQualityQuiet);
    EXPECT_EQ(judge_rows(set_back.now, 16, 1, kNow - 23h).newly, 1);
}

TEST(JudgeRows, LowersWhatIsKnownWithTheRows) {
    const QualityDecision fewer = judge_rows(KnownRows{12}, 3, 1, kNow);
    EXPECT_FALSE(fewer.newly);
    EXPECT_EQ(judge_rows(fewer.now, 4, 1, kNow).newly, 1);
}

TEST(NetworkOf, KeepsAnAddressOfIpv4AndTheFirstHalfOfIpv6) {
    EXPECT_EQ(network_of("192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(network_of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
    EXPECT_EQ(network_of("fe80::1%lo"), "fe80::/64");
    EXPECT_EQ(network_of("::ffff:192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(network_of("unix"), "unix");
}

}  // namespace
}  // namespace wdx::alert
