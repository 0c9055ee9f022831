#include "config/values.hpp"

#include <gtest/gtest.h>

namespace wdx::config {
namespace {

TEST(ParseBool, TakesEveryUsualWord) {
    for (const char* text : {"on", "true", "1", "yes", "ON", " Yes "}) EXPECT_TRUE(*parse_bool(text)) << text;
    for (const char* text : {"off", "false", "0", "no", "Off"}) EXPECT_FALSE(*parse_bool(text)) << text;
    for (const char* text : {"", "2", "y", "enabled"}) EXPECT_EQ(parse_bool(text).error().text, "must be on or off");
}

TEST(ParseWholeNumber, HoldsTheBounds) {
    const Bounds bounds{1, 64};
    EXPECT_EQ(*parse_whole_number("1", bounds), 1U);
    EXPECT_EQ(*parse_whole_number(" 64 ", bounds), 64U);
    EXPECT_EQ(parse_whole_number("0", bounds).error().text, "must be at least 1");
    EXPECT_EQ(parse_whole_number("-5", bounds).error().text, "must be at least 1");
    EXPECT_EQ(parse_whole_number("65", bounds).error().text, "must be at most 64");
    EXPECT_EQ(parse_whole_number("99999999999999999999999", bounds).error().text, "must be at most 64");
    for (const char* text : {"", "-", "+1", "1.5", "1s", "0x10", "1 2"})
        EXPECT_EQ(parse_whole_number(text, bounds).error().text, "must be a whole number") << text;
}

TEST(ParseMode, ReadsOctal) {
    const Bounds bounds{0, 0777};
    EXPECT_EQ(*parse_mode("660", bounds), 0660U);
    EXPECT_EQ(*parse_mode("0660", bounds), 0660U);
    EXPECT_EQ(*parse_mode("0o600", bounds), 0600U);
    EXPECT_EQ(parse_mode("1000", bounds).error().text, "must be at most 0777");
    EXPECT_EQ(parse_mode("77777777777777", bounds).error().text, "must be at most 0777");
    for (const char* text : {"", "8", "0o", "-1", "rw-rw----"})
        EXPECT_EQ(parse_mode(text, bounds).error().text, "must be an octal mode such as 0660") << text;
    EXPECT_EQ(format_mode(0660), "0660");
}

TEST(ParseRate, ReadsEveryPeriod) {
    EXPECT_EQ(*parse_rate("10/min"), (Rate{10, 60s}));
    EXPECT_EQ(*parse_rate("5/s"), (Rate{5, 1s}));
    EXPECT_EQ(*parse_rate("100/hour"), (Rate{100, 3600s}));
    EXPECT_EQ(*parse_rate("1000/day"), (Rate{1000, 86400s}));
    EXPECT_EQ(*parse_rate("10/m"), (Rate{10, 60s}));
    EXPECT_EQ(*parse_rate("10 / Minute"), (Rate{10, 60s}));
    EXPECT_EQ(*parse_rate("Off"), (Rate{std::nullopt, 60s}));
}

TEST(ParseRate, SaysWhatIsWrong) {
    EXPECT_EQ(parse_rate("10").error().text, "must be a rate such as 10/min, 5/s, 100/hour or 1000/day, or off");
    EXPECT_EQ(parse_rate("10/").error().text, "the period of a rate must be s, min, hour or day");
    EXPECT_EQ(parse_rate("10/week").error().text, "the period of a rate must be s, min, hour or day");
    EXPECT_EQ(parse_rate("0/min").error().text, "the count of a rate must be at least 1 (or say off)");
    EXPECT_EQ(parse_rate("x/min").error().text, "the count of a rate must be a whole number (or say off)");
}

TEST(FormatRate, PrintsWhatParseReads) {
    for (const char* text : {"10/min", "5/s", "100/hour", "1000/day", "off"})
        EXPECT_EQ(format_rate(*parse_rate(text)), text);
}

TEST(ParseList, TrimsAndDropsEmptyEntries) {
    EXPECT_EQ(parse_list(" a , b,,c,"), (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_TRUE(parse_list("").empty());
    EXPECT_TRUE(parse_list(" , ").empty());
    EXPECT_EQ(parse_list("a\nb\r\n\n"), (std::vector<std::string>{"a", "b"}));
}

TEST(ParseLogLevel, KnowsFourLevels) {
    for (const char* text : {"debug", "info", "warning", "error"})
        EXPECT_EQ(format_log_level(*parse_log_level(text)), text);
    EXPECT_EQ(parse_log_level("loud").error().text, "must be debug, info, warning or error");
    EXPECT_EQ(*parse_log_format("JSON"), LogFormat::json);
    EXPECT_EQ(parse_log_format("xml").error().text, "must be text or json");
}

}  // namespace
}  // namespace wdx::config
