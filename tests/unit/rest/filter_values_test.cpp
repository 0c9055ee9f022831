#include "rest/filter_values.hpp"

#include <string>

#include <gtest/gtest.h>

namespace wdx::rest {
namespace {

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kSecond = 1'000'000;

TEST(ParseReal, TakesFiniteNumbersAlone) {
    EXPECT_EQ(parse_real(" 0.8 "), "0.8");
    EXPECT_EQ(parse_real("-1e-3"), "-1e-3");
    for (const char* text : {"", " ", "much", "0.8x", "1 2", "nan", "inf", "-infinity", "1e999", "0x1", "1,5", "+1"})
        EXPECT_EQ(parse_real(text), std::nullopt) << text;
}

TEST(ParseNumber, ReadsWholeNumbers) {
    EXPECT_EQ(parse_number("7"), 7);
    EXPECT_EQ(parse_number(" -7 "), -7);
    EXPECT_EQ(parse_number(std::string(30, '9')), kMost);
    EXPECT_EQ(parse_number("-" + std::string(30, '9')), kLeast);
    for (const std::string text : {"", "x", "1.5", "1e3", "--1", "0x10"}) EXPECT_FALSE(parse_number(text)) << text;
}

TEST(ParseDateTime, ReadsIso8601) {
    EXPECT_EQ(parse_date_time("1970-01-01"), 0);
    EXPECT_EQ(parse_date_time("1970-01-02T00:00Z"), 86400 * kSecond);
    EXPECT_EQ(parse_date_time("1970-01-01 00:00:01"), kSecond);
    EXPECT_EQ(parse_date_time(" 1970-01-01t00:00:01.5z "), kSecond + 500'000);
    EXPECT_EQ(parse_date_time("1970-01-01T00:00:01.000001999"), kSecond + 1);
    EXPECT_EQ(parse_date_time("1970-01-01T02:30:00+02:30"), 0);
    EXPECT_EQ(parse_date_time("1970-01-01T00:00:00-0100"), 3600 * kSecond);
    EXPECT_EQ(parse_date_time("1970-01-01T02:00:00 +02"), 0);
    EXPECT_EQ(parse_date_time("2024-02-29T23:59:59Z"), 1'709'251'199 * kSecond);
    EXPECT_EQ(parse_date_time("1969-12-31T23:59:59.999999Z"), -1);
}

TEST(ParseDateTime, RefusesWhatIsNone) {
    for (const std::string text : {"",
                                   "x",
                                   "2026",
                                   "2026-01",
                                   "2026-1-1",
                                   "2026-02-30",
                                   "2026-13-01",
                                   "2026-00-01",
                                   "0000-01-01",
                                   "20260101",
                                   "2026-01-01T",
                                   "2026-01-01T1",
                                   "2026-01-01T24:00",
                                   "2026-01-01T00:60",
                                   "2026-01-01T00:00:60",
                                   "2026-01-01T00:00:00.",
                                   "2026-01-01T00:00:00.x",
                                   "2026-01-01T00:00Z+01:00",
                                   "2026-01-01T00:00+24:00",
                                   "2026-01-01T00:00+01:60",
                                   "2026-01-01T00:00+1",
                                   "2026-01-01T00:00+01:",
                                   "2026-01-01Z",
                                   "2026-01-01T00:00 x",
                                   "+2026-01-01",
                                   "-026-01-01",
                                   "12026-01-01",
                                   "2026-01-01T00:00:00ZZ"})
        EXPECT_FALSE(parse_date_time(text)) << text;
}

TEST(ParseDate, TakesIsoDatesThatThereAre) {
    EXPECT_EQ(parse_date("2024-02-29"), "2024-02-29");
    EXPECT_EQ(parse_date(" 2026-11-25\n"), "2026-11-25");
    for (const char* text : {"", "2023-02-29", "2026-11-25T10:00", "26-11-25", "2026-1-5", "0000-01-01", "11/25/2026"})
        EXPECT_FALSE(parse_date(text)) << text;
}

}  // namespace
}  // namespace wdx::rest
