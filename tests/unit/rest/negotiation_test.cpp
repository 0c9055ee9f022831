#include "rest/negotiation.hpp"

#include "rest/error.hpp"

#include <string>

#include <gtest/gtest.h>

namespace wdx::rest {
namespace {

/// Status, and the spaces of the indentation if there is one.
std::string judge(const std::optional<std::string>& accept, std::string_view query = "") {
    try {
        const Rendering rendering = negotiate(QueryParams(query), accept);
        return rendering.indent ? "200 indent " + std::to_string(*rendering.indent) : "200";
    } catch (const ApiError& error) {
        return std::to_string(error.status);
    }
}

TEST(Negotiate, GivesJsonToWhoAsksForNothing) {
    EXPECT_EQ(judge(std::nullopt), "200");
}

TEST(Negotiate, GivesJsonToWhoTakesIt) {
    for (const std::string accept :
         {"application/json", "APPLICATION/JSON", "*/*", "application/*", "*/json", "text/html, application/json;q=0.1",
          "text/html,application/xhtml+xml,*/*;q=0.8", " application/json ", "application/json;", ", ,application/json",
          "application/json; version=1", "application/json; charset=utf-8"})
        EXPECT_EQ(judge(accept), "200") << accept;
}

TEST(Negotiate, DoesNotLookAtQuality) {
    EXPECT_EQ(judge("application/json;q=0"), "200");
    EXPECT_EQ(judge("*/*;q=0"), "200");
}

TEST(Negotiate, RefusesEverythingElse) {
    for (const std::string accept :
         {"", "text/html", "text/*", "garbage", "/", "*", "application", "application/", "/json", "application/xml",
          "application/json+x", "text/csv", "application/json x", "application / json"})
        EXPECT_EQ(judge(accept), "406") << accept;
}

TEST(Negotiate, SplitsAtEveryCommaEvenInQuotes) {
    EXPECT_EQ(judge("text/html;a=\"b,application/json\""), "406");
    EXPECT_EQ(judge("text/html;a=\"b,application/json;c=\"d\""), "200");
}

TEST(Negotiate, IndentsOnRequest) {
    EXPECT_EQ(judge("application/json; indent=4"), "200 indent 4");
    EXPECT_EQ(judge("application/json;INDENT= 2 "), "200 indent 2");
    EXPECT_EQ(judge("*/*; indent=1"), "200 indent 1");
    EXPECT_EQ(judge("application/json; indent=\"3\""), "200 indent 3");
    EXPECT_EQ(judge("application/json; q=0.5; indent=+0_3"), "200 indent 3");
}

TEST(Negotiate, IndentsByEightAtMostAndNotByZero) {
    EXPECT_EQ(judge("application/json; indent=8"), "200 indent 8");
    EXPECT_EQ(judge("application/json; indent=9"), "200 indent 8");
    EXPECT_EQ(judge("application/json; indent=99999999999999999999"), "200 indent 8");
    for (const std::string indent : {"0", "-0", "-1", "-99999999999999999999", "", "x", "1.5", "4x"})
        EXPECT_EQ(judge("application/json; indent=" + indent), "200") << indent;
    EXPECT_EQ(judge("application/json; indent"), "200");
}

TEST(Negotiate, TakesTheLastOfRepeatedParameters) {
    EXPECT_EQ(judge("application/json; indent=2; indent=4"), "200 indent 4");
    EXPECT_EQ(judge("application/json; indent=2; Indent=x"), "200");
}

TEST(Negotiate, DoesNotSplitParametersInsideQuotes) {
    EXPECT_EQ(judge("application/json; a=\"b; indent=2\""), "200");
    EXPECT_EQ(judge("application/json; a=\"b\\\"; indent=2\"; indent=4"), "200 indent 4");
    EXPECT_EQ(judge("application/json; a=\"b; indent=2"), "200");
}

TEST(Negotiate, PrefersTheMoreSpecificType) {
    EXPECT_EQ(judge("application/json; indent=2, */*; indent=4"), "200 indent 2");
    EXPECT_EQ(judge("*/*; indent=4, application/*; indent=3, application/json"), "200");
    EXPECT_EQ(judge("application/json, application/json; indent=4"), "200 indent 4");
    EXPECT_EQ(judge("application/json; q=1; q=0, application/json; indent=4"), "200 indent 4");
}

TEST(Negotiate, KnowsOneFormat) {
    EXPECT_EQ(judge(std::nullopt, "format=json"), "200");
    EXPECT_EQ(judge(std::nullopt, "format="), "200");
    EXPECT_EQ(judge(std::nullopt, "Format=xml"), "200");
    for (const std::string query :
         {"format=xml", "format=JSON", "format=json%20", "format=api", "format=json&format=xml"})
        EXPECT_EQ(judge(std::nullopt, query), "404") << query;
    EXPECT_EQ(judge(std::nullopt, "format=xml&format=json"), "200");
}

TEST(Negotiate, LooksAtTheFormatFirstAndAtAcceptAllTheSame) {
    EXPECT_EQ(judge("text/html", "format=xml"), "404");
    EXPECT_EQ(judge("text/html", "format=json"), "406");
    EXPECT_EQ(judge("application/json; indent=4", "format=json"), "200 indent 4");
}

std::string judge_events(const std::optional<std::string>& accept, std::string_view query = "") {
    try {
        negotiate_event_stream(QueryParams(query), accept);
        return "200";
    } catch (const ApiError& error) {
        return std::to_string(error.status);
    }
}

TEST(NegotiateEventStream, GivesOneToWhoTakesIt) {
    EXPECT_EQ(judge_events(std::nullopt), "200");
    for (const std::string accept : {"text/event-stream", "TEXT/Event-Stream;q=0.5", "text/*", "*/*",
                                     "application/json, text/event-stream", " text/event-stream ; charset=utf-8"})
        EXPECT_EQ(judge_events(accept), "200") << accept;
}

TEST(NegotiateEventStream, RefusesEverythingElse) {
    for (const std::string accept :
         {"", "application/json", "text/html", "text", "text/event-streams", "application/*"})
        EXPECT_EQ(judge_events(accept), "406") << accept;
    EXPECT_EQ(judge_events("text/event-stream", "format=json"), "404");
    EXPECT_EQ(judge_events("text/event-stream", "format="), "200");
}

TEST(JsonMediaType, IsComparedWithoutCaseAndParameters) {
    for (const std::string_view type : {"application/json", "APPLICATION/JSON", "application/json; version=1",
                                        "application/json;", " application/json ;charset=x", "*/*", "application/*"})
        EXPECT_TRUE(is_json_media_type(type)) << type;
    for (const std::string_view type : {"", "text/plain", "application/x-www-form-urlencoded", "application/jsonx",
                                        "json", "application/vnd.api+json", "text/json"})
        EXPECT_FALSE(is_json_media_type(type)) << type;
}

TEST(CharsetOf, IsTheLastOneWithoutItsQuotes) {
    EXPECT_EQ(charset_of("application/json"), "");
    EXPECT_EQ(charset_of("application/json; charset=utf-8"), "utf-8");
    EXPECT_EQ(charset_of("application/json;Charset=\"Latin-1\" "), "Latin-1");
    EXPECT_EQ(charset_of("application/json; charset=a; charset=b"), "b");
    EXPECT_EQ(charset_of("application/json; charset=\"a\\\"\\\\b\\c\""), "a\"\\b\\c");
    EXPECT_EQ(charset_of("application/json; charset=\""), "\"");
}

}  // namespace
}  // namespace wdx::rest
