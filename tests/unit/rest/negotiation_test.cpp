#include "rest/negotiation.hpp"

#include "rest/error.hpp"

#include <string>
#include <tuple>

#include <gtest/gtest.h>

namespace wdx::rest {
namespace {

/// Status, the format if it is an export, and the spaces of the indentation if there is one.
std::string judge(const std::optional<std::string>& accept, std::string_view query = "",
                  Formats formats = Formats::json) {
    try {
        const Rendering rendering = negotiate(QueryParams(query), accept, formats);
        std::string text = "200";
        if (rendering.format == Format::csv) text += " csv";
        if (rendering.format == Format::ndjson) text += " ndjson";
        return rendering.indent ? text + " indent " + std::to_string(*rendering.indent) : text;
    } catch (const ApiError& error) {
        return std::to_string(error.status);
    }
}

std::string judge_list(const std::optional<std::string>& accept, std::string_view query = "") {
    return judge(accept, query, Formats::list);
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

TEST(Negotiate, KnowsOneFormatWhereThereAreNoExports) {
    EXPECT_EQ(judge(std::nullopt, "format=json"), "200");
    EXPECT_EQ(judge(std::nullopt, "format="), "200");
    EXPECT_EQ(judge(std::nullopt, "Format=xml"), "200");
    for (const std::string query : {"format=xml", "format=JSON", "format=json%20", "format=api", "format=csv",
                                    "format=ndjson", "format=json&format=xml"})
        EXPECT_EQ(judge(std::nullopt, query), "404") << query;
    EXPECT_EQ(judge(std::nullopt, "format=xml&format=json"), "200");
}

TEST(Negotiate, LooksAtTheFormatFirstAndAtAcceptAllTheSame) {
    EXPECT_EQ(judge("text/html", "format=xml"), "404");
    EXPECT_EQ(judge("text/html", "format=json"), "406");
    EXPECT_EQ(judge("application/json; indent=4", "format=json"), "200 indent 4");
}

TEST(Negotiate, ExportsAListToWhoNamesAFormat) {
    for (const std::string format : {"csv", "ndjson"}) {
        EXPECT_EQ(judge_list(std::nullopt, "format=" + format), "200 " + format);
        EXPECT_EQ(judge_list("*/*", "format=" + format), "200 " + format);
        EXPECT_EQ(judge_list("text/html, application/json, */*;q=0.8", "format=" + format), "200 " + format);
        EXPECT_EQ(judge_list("application/xml", "format=" + format), "406");
    }
    EXPECT_EQ(judge_list("text/*", "format=csv"), "200 csv");
    EXPECT_EQ(judge_list("application/json", "format=csv"), "406");
    EXPECT_EQ(judge_list("text/csv", "format=json"), "406");
    EXPECT_EQ(judge_list("text/csv", "format=json&format=csv"), "200 csv");
    for (const std::string query : {"format=CSV", "format=xml", "format=html", "format=text/csv"})
        EXPECT_EQ(judge_list(std::nullopt, query), "404") << query;
}

TEST(Negotiate, ExportsAListToWhoAcceptsExactlyThat) {
    EXPECT_EQ(judge_list("text/csv"), "200 csv");
    EXPECT_EQ(judge_list("TEXT/CSV; charset=utf-8; q=0.1"), "200 csv");
    EXPECT_EQ(judge_list("text/html, text/csv"), "200 csv");
    EXPECT_EQ(judge_list("application/x-ndjson"), "200 ndjson");
    EXPECT_EQ(judge_list("application/x-ndjson, text/csv"), "200 csv");
    EXPECT_EQ(judge_list("text/csv"), judge_list("text/csv", "format="));
    EXPECT_EQ(judge("text/csv"), "406");
}

TEST(Negotiate, PrefersTheMoreSpecificTypeThenJson) {
    EXPECT_EQ(judge_list("text/csv, */*"), "200 csv");
    EXPECT_EQ(judge_list("application/*, application/x-ndjson"), "200 ndjson");
    EXPECT_EQ(judge_list("text/csv, application/json"), "200");
    EXPECT_EQ(judge_list("text/csv; charset=utf-8, application/json"), "200 csv");
    EXPECT_EQ(judge_list("text/csv; q=1, application/json; q=0.5"), "200");
}

TEST(Negotiate, NeverExportsToAWildcard) {
    EXPECT_EQ(judge_list(std::nullopt), "200");
    EXPECT_EQ(judge_list("*/*"), "200");
    EXPECT_EQ(judge_list("application/*"), "200");
    EXPECT_EQ(judge_list("text/*"), "406");
    EXPECT_EQ(judge_list("text/*; charset=utf-8, */csv"), "406");
}

TEST(Negotiate, IndentsNoExport) {
    EXPECT_EQ(judge_list("text/csv; indent=4"), "200 csv");
    EXPECT_EQ(judge_list("application/x-ndjson; indent=4"), "200 ndjson");
    EXPECT_EQ(judge_list("*/*; indent=4", "format=csv"), "200 csv");
    EXPECT_EQ(judge_list("application/json; indent=4"), "200 indent 4");
}

TEST(Negotiate, GivesAnEventStreamOrAPageToWhoTakesText) {
    for (const auto& [formats, type, name] : {std::tuple(Formats::event_stream, "text/event-stream", "event-stream"),
                                              std::tuple(Formats::html, "text/html", "html")}) {
        for (const std::string accept : {type, "*/*", "text/*", "application/json, text/*"})
            EXPECT_EQ(judge(accept, "", formats), "200") << accept;
        EXPECT_EQ(judge(std::nullopt, "", formats), "200");
        EXPECT_EQ(judge(std::nullopt, std::string("format=") + name, formats), "200");
        EXPECT_EQ(judge("*/*; indent=4", "", formats), "200");
        for (const std::string accept : {"application/json", "text/csv", "application/*", ""})
            EXPECT_EQ(judge(accept, "", formats), "406") << accept;
        EXPECT_EQ(judge(std::nullopt, "format=json", formats), "404");
    }
}

TEST(Negotiate, GivesAReportAsAPageUnlessJsonIsAskedForAndNeverIndentsIt) {
    const auto format_of = [](const std::optional<std::string>& accept, std::string_view query) {
        return negotiate(QueryParams(query), accept, Formats::report).format;
    };
    for (const std::string accept :
         {"*/*", "text/html", "text/*", "text/html,*/*;q=0.8", "application/json, text/html"})
        EXPECT_EQ(format_of(accept, ""), Format::html) << accept;
    EXPECT_EQ(format_of(std::nullopt, ""), Format::html);
    EXPECT_EQ(format_of("application/json", ""), Format::json);
    EXPECT_EQ(format_of("*/*", "format=json"), Format::json);
    EXPECT_EQ(judge("application/json; indent=4", "", Formats::report), "200");
    EXPECT_EQ(judge("text/csv", "", Formats::report), "406");
    EXPECT_EQ(judge("*/*", "format=csv", Formats::report), "404");
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
