#include "rest/conditions.hpp"

#include "http/make_request.hpp"
#include "rest/error.hpp"

#include <gtest/gtest.h>

namespace wdx::rest {
namespace {

http::Request conditional(const std::string& header, const std::string& value) {
    return http::make_request("PUT", "/", {{header, value}});
}

/// Tags with a bar between them, `*`, `(none)` or the status of the refusal.
std::string read(const std::string& value) {
    try {
        const auto tags = read_entity_tags(conditional("If-Match", value), "If-Match");
        if (!tags) return "(none)";
        if (tags->any) return "*";
        std::string out;
        for (const std::string& tag : tags->tags) out += (out.empty() ? "" : "|") + tag;
        return out;
    } catch (const ApiError& error) {
        return std::to_string(error.status) + ' ' + error.body;
    }
}

TEST(ReadEntityTags, TakesListsAndTheAsterisk) {
    EXPECT_EQ(read(R"("a")"), R"("a")");
    EXPECT_EQ(read(R"("a","b" , W/"c")"), R"("a"|"b"|W/"c")");
    EXPECT_EQ(read(R"(, "a",, )"), R"("a")");
    EXPECT_EQ(read(R"("")"), R"("")");
    EXPECT_EQ(read(R"("a,b")"), R"("a,b")");
    EXPECT_EQ(read("*"), "*");
    EXPECT_FALSE(read_entity_tags(http::make_request("PUT", "/"), "If-Match"));
}

TEST(ReadEntityTags, RefusesWhatItDoesNotUnderstand) {
    for (const char* const value : {"", "a", "\"a", "a\"", "\"a\"\"b\"", "\"a\" \"b\"", "*,\"a\"", "\"a\",*", "w/\"a\"",
                                    "W/a", "W/", ",", "\"a b\"", "\"a\x7f\"", "**"})
        EXPECT_EQ(read(value), R"(400 {"detail":"Invalid If-Match header."})") << value;
}

TEST(ReadConditions, TakesOurTagsAsCompressingProxiesHandThemOn) {
    const auto conditions = read_conditions(
        http::make_request("PUT", "/", {{"If-Match", R"("a", W/"b")"}, {"If-None-Match", R"("a", W/"b")"}}));
    EXPECT_EQ(conditions.if_match, R"(["\"a\"","\"b\""])");
    EXPECT_EQ(conditions.if_none_match, R"(["\"a\"","\"b\""])");
    EXPECT_EQ(read_conditions(conditional("If-Match", "*")).if_match, R"(["*"])");
    for (const char* const value :
         {R"("b")", R"(W/"b")", R"("b-gzip")", R"(W/"b-gzip")", R"("b-br")", R"("b-zstd")", R"("b-deflate")"})
        EXPECT_EQ(read_conditions(conditional("If-Match", value)).if_match, R"(["\"b\""])") << value;
    EXPECT_EQ(read_conditions(conditional("If-Match", R"("b-gzip-gzip", "b-x", "-gzip")")).if_match,
              R"(["\"b-gzip\"","\"b-x\"","\"\""])");
    EXPECT_EQ(read_conditions(conditional("If-Match", "\"\xFF\"")).if_match, "[\"\\\"\u00FF\\\"\"]");
    EXPECT_EQ(read_conditions(conditional("If-Match", "*")).if_none_match, std::nullopt);
}

TEST(JudgeConditions, Is412Or304OrNothing) {
    const auto judge = [](const std::string& header, const std::string& value) {
        return judge_conditions(conditional(header, value), R"("a")").value_or(200);
    };
    EXPECT_EQ(judge("If-Match", R"("b", "a")"), 200U);
    EXPECT_EQ(judge("If-Match", "*"), 200U);
    EXPECT_EQ(judge("If-Match", R"(W/"a")"), 200U);
    EXPECT_EQ(judge("If-Match", R"("b", "a-gzip")"), 200U);
    EXPECT_EQ(judge("If-Match", R"(W/"b")"), 412U);
    EXPECT_EQ(judge("If-Match", R"("b")"), 412U);
    EXPECT_EQ(judge("If-None-Match", R"(W/"a")"), 304U);
    EXPECT_EQ(judge("If-None-Match", R"("a-gzip")"), 304U);
    EXPECT_EQ(judge("If-None-Match", "*"), 304U);
    EXPECT_EQ(judge("If-None-Match", R"("b")"), 200U);
    EXPECT_EQ(judge_conditions(http::make_request("GET", "/", {{"If-Match", R"("b")"}, {"If-None-Match", R"("a")"}}),
                               R"("a")"),
              412U);
}

}  // namespace
}  // namespace wdx::rest
