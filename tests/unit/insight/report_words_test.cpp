#include "insight/report_words.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wdx::insight {
namespace {

using testing::MatchesRegex;

const model::Signal& signal(std::string_view id) {
    for (const model::Signal& one : model::all_signals())
        if (one.id == id) return one;
    throw std::logic_error("no such signal");
}

std::string verdict(std::string_view text) {
    return verdict_words(std::get<base::JsonValue>(base::read_json(text)));
}

TEST(ReportWords, KeepThousandsApartInCountsOfAnySize) {
    EXPECT_EQ(count_words("0"), "0");
    EXPECT_EQ(count_words("999"), "999");
    EXPECT_EQ(count_words("4980"), "4,980");
    EXPECT_EQ(count_words("123456789012345678901"), "123,456,789,012,345,678,901");
    EXPECT_EQ(count_words("-1000"), "\u22121,000");
}

TEST(ReportWords, HaveNoMoreDigitsThanSaySomething) {
    EXPECT_EQ(number_words(4980), "4,980");
    EXPECT_EQ(number_words(414.99999999), "415");
    EXPECT_EQ(number_words(12.345), "12.3");
    EXPECT_EQ(number_words(1234567.8), "1,234,568");
    EXPECT_EQ(number_words(1.5), "1.5");
    EXPECT_EQ(number_words(1), "1");
    EXPECT_EQ(number_words(0.05), "0.05");
    EXPECT_EQ(number_words(-1.75), "\u22121.75");
    EXPECT_EQ(number_words(-0.001), "0");
    EXPECT_EQ(number_words(100), "100");
}

TEST(ReportWords, SayOfNoScoreThatItIsCertain) {
    EXPECT_EQ(score_words(0.94276310000001), "0.94");
    EXPECT_EQ(score_words(0.5), "0.50");
    EXPECT_EQ(score_words(0.999999), "above 0.99");
    EXPECT_EQ(score_words(0.0001), "below 0.01");
    EXPECT_EQ(score_words(1), "1.00");
    EXPECT_EQ(score_words(0), "0.00");
}

TEST(ReportWords, HaveASignWhereASignalAddsOrTakesAway) {
    EXPECT_EQ(contribution_words(1.35714285), "+1.36");
    EXPECT_EQ(contribution_words(-0.4), "\u22120.40");
}

TEST(ReportWords, SayTimesAsPeopleDo) {
    EXPECT_EQ(moment_words("2026-01-02T03:04:05Z"), "2 January 2026 at 03:04 UTC");
    EXPECT_EQ(moment_words("2026-12-31T23:59:59.999999Z"), "31 December 2026 at 23:59 UTC");
    EXPECT_EQ(table_time("2026-01-02T03:04:05.123456Z"), "2026-01-02 03:04:05");
    EXPECT_EQ(month_words("2020-01-01"), "January 2020");
}

TEST(ReportWords, LeaveWhatIsNoTimeAsItIs) {
    for (const std::string_view text : {"", "soon", "2026-13-02T03:04:05Z", "2026-00-01", "2026-01-02X03:04:05Z"}) {
        EXPECT_EQ(moment_words(text), text);
        EXPECT_EQ(table_time(text), text);
    }
    EXPECT_EQ(month_words("2026-13-01"), "2026-13-01");
}

TEST(ReportWords, SayOfAVerdictWhatItSays) {
    EXPECT_EQ(verdict("null"), "None yet");
    EXPECT_EQ(verdict(R"({"harmful":true,"inactive":false})"), "Harmful");
    EXPECT_EQ(verdict(R"({"harmful":false,"inactive":true})"), "Not harmful, inactive");
    EXPECT_EQ(verdict(R"({"harmful":null,"inactive":true})"), "Inactive");
    EXPECT_EQ(verdict(R"({"harmful":null,"inactive":null})"), "Left open");
}

TEST(ReportWords, GiveAValueItsUnitAndSayWhereItFires) {
    EXPECT_EQ(value_words(signal("follow_ratio"), 415), "415 accounts followed for each follower");
    EXPECT_EQ(threshold_words(signal("follow_ratio"), 50), "at least 50");
    EXPECT_EQ(value_words(signal("followers_below_15"), 1), "1 follower");
    EXPECT_EQ(threshold_words(signal("followers_below_15"), 14), "at most 14");
    EXPECT_EQ(value_words(signal("repost_share"), 0.9567), "95.7 %");
    EXPECT_EQ(threshold_words(signal("repost_share"), 0.9), "at least 90 %");
    EXPECT_EQ(value_words(signal("no_bio"), 1), "yes");
    EXPECT_EQ(threshold_words(signal("no_bio"), 0), "if so");
    EXPECT_EQ(threshold_words(signal("handle_generated"), -1.75), "at most \u22121.75");
}

TEST(ReportWords, HaveAUnitForEachNumberButTheLikelihood) {
    for (const model::Signal& one : model::all_signals()) {
        if (one.fires == model::Fires::when_true || one.id == "handle_generated") continue;
        EXPECT_THAT(value_words(one, 7), MatchesRegex("7(00)? .+")) << one.id;
    }
}

}  // namespace
}  // namespace wdx::insight
