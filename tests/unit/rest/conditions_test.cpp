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

/// The status of the answer to a read of a row with the tag "a".
unsigned status_of(const http::Request& request) {
    try {
        http::Response response = answer_row(request, R"("a")", "body");
        EXPECT_EQ(response.body, response.status == 304 ? "" : "body");
        EXPECT_EQ(*response.find("ETag"), R"("a")");
        return response.status;
    } catch (const ApiError& error) {
        return error.status;
    }
}

TEST(AnswerRow, IsTheRowOr304OrIsRefusedWith412) {
    const auto status = [](const std::string& header, const std::string& value) {
        return status_of(conditional(header, value));
    };
    EXPECT_EQ(status_of(http::make_request("GET", "/", {})), 200U);
    EXPECT_EQ(status("If-Match", R"("b", "a")"), 200U);
    EXPECT_EQ(status("If-Match", "*"), 200U);
    EXPECT_EQ(status("If-Match", R"(W/"a")"), 200U);
    EXPECT_EQ(status("If-Match", R"("b", "a-gzip")"), 200U);
    EXPECT_EQ(status("If-Match", R"(W/"b")"), 412U);
    EXPECT_EQ(status("If-Match", R"("b")"), 412U);
    EXPECT_EQ(status("If-None-Match", R"(W/"a")"), 304U);
    EXPECT_EQ(status("If-None-Match", R"("a-gzip")"), 304U);
    EXPECT_EQ(status("If-None-Match", "*"), 304U);
    EXPECT_EQ(status("If-None-Match", R"("b")"), 200U);
    EXPECT_EQ(status_of(http::make_request("GET", "/", {{"If-Match", R"("b")"}, {"If-None-Match", R"("a")"}})), 412U);
}

}  // namespace
}  // namespace wdx::rest
