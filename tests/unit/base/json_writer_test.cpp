#include "base/json_writer.hpp"

#include <limits>
#include <string>

#include <gtest/gtest.h>

namespace wdx::base {
namespace {

std::string json_string(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

std::string json_date(std::int32_t days) {
    std::string out;
    append_json_date(out, days);
    return out;
}

std::string json_timestamp(std::int64_t microseconds) {
    std::string out;
    append_json_timestamp(out, microseconds);
    return out;
}

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;

TEST(JsonString, IsWhatIsAppended) {
    EXPECT_EQ(json_string("a\"\n"), R"("a\"\n")");
}

TEST(JsonNumber, ReadsBackAsTheSameDoubleAndNulloptIsNull) {
    EXPECT_EQ(json_number(0.1 + 0.2), "0.30000000000000004");
    EXPECT_EQ(json_number(0.0), "0");
    EXPECT_EQ(json_number(std::nullopt), "null");
}

TEST(AppendJsonString, LeavesMostTextAsItIs) {
    EXPECT_EQ(json_string(""), R"("")");
    EXPECT_EQ(json_string("<a href='/x'>&\x7F"), "\"<a href='/x'>&\x7F\"");
    EXPECT_EQ(json_string("\u00E9\u20AC\U0001F600 and more than sixteen bytes"),
              "\"\u00E9\u20AC\U0001F600 and more than sixteen bytes\"");
}

TEST(AppendJsonString, EscapesWhatPythonEscapes) {
    EXPECT_EQ(json_string("\"\\\b\t\n\f\r"), R"("\"\\\b\t\n\f\r")");
    EXPECT_EQ(json_string(std::string_view("\0\x01\x1F\x0B", 4)), R"("\u0000\u0001\u001f\u000b")");
}

TEST(AppendJsonString, EscapesTheLineSeparatorsButNotTheirNeighbours) {
    EXPECT_EQ(json_string("\u2027\u2028\u2029\u202A"), "\"\u2027\\u2028\\u2029\u202A\"");
    EXPECT_EQ(json_string("\xE2"), "\"\xE2\"");  // cut off: nothing is read behind the end
    EXPECT_EQ(json_string("\xE2\x80"), "\"\xE2\x80\"");
}

TEST(AppendJsonString, FindsSpecialBytesAtEveryPlaceOfALongText) {
    for (std::size_t length = 1; length < 50; ++length) {
        for (std::size_t at = 0; at < length; ++at) {
            std::string text(length, 'x');
            text[at] = '"';
            const std::string expected = "\"" + text.substr(0, at) + "\\" + text.substr(at) + "\"";
            EXPECT_EQ(json_string(text), expected);
        }
    }
}

TEST(AppendJsonString, Appends) {
    std::string out = "[";
    append_json_string(out, "a");
    append_json_string(out, "b");
    EXPECT_EQ(out, "[\"a\"\"b\"");
}

TEST(AppendJsonInteger, WritesTheWholeRange) {
    std::string out;
    append_json_integer(out, std::numeric_limits<std::int64_t>::min());
    out += ' ';
    append_json_integer(out, 0);
    out += ' ';
    append_json_integer(out, std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(out, "-9223372036854775808 0 9223372036854775807");
}

TEST(AppendJsonDate, WritesTheProlepticGregorianCalendar) {
    EXPECT_EQ(json_date(0), R"("2000-01-01")");
    EXPECT_EQ(json_date(-1), R"("1999-12-31")");
    EXPECT_EQ(json_date(59), R"("2000-02-29")");
    EXPECT_EQ(json_date(5538), R"("2015-03-01")");
    EXPECT_EQ(json_date(-36465), R"("1900-03-01")");
    EXPECT_EQ(json_date(-730119), R"("0001-01-01")");
    EXPECT_EQ(json_date(2921939), R"("9999-12-31")");
}

TEST(AppendJsonDate, IsNullBeyondTheCalendar) {
    EXPECT_EQ(json_date(-730120), "null");
    EXPECT_EQ(json_date(2921940), "null");
    EXPECT_EQ(json_date(std::numeric_limits<std::int32_t>::min()), "null");
    EXPECT_EQ(json_date(std::numeric_limits<std::int32_t>::max()), "null");
}

TEST(AppendJsonTimestamp, WritesMicrosecondsOnlyWhereThereAreAny) {
    EXPECT_EQ(json_timestamp(0), R"("2000-01-01T00:00:00Z")");
    EXPECT_EQ(json_timestamp(8767 * kDay + 11045 * kSecond), R"("2024-01-02T03:04:05Z")");
    EXPECT_EQ(json_timestamp(8767 * kDay + 11045 * kSecond + 60), R"("2024-01-02T03:04:05.000060Z")");
    EXPECT_EQ(json_timestamp(-1), R"("1999-12-31T23:59:59.999999Z")");
    EXPECT_EQ(json_timestamp(-kDay), R"("1999-12-31T00:00:00Z")");
}

TEST(AppendJsonTimestamp, IsNullBeyondTheCalendar) {
    EXPECT_EQ(json_timestamp(-730119 * kDay), R"("0001-01-01T00:00:00Z")");
    EXPECT_EQ(json_timestamp(-730119 * kDay - 1), "null");
    EXPECT_EQ(json_timestamp(2921940 * kDay - 1), R"("9999-12-31T23:59:59.999999Z")");
    EXPECT_EQ(json_timestamp(2921940 * kDay), "null");
    EXPECT_EQ(json_timestamp(std::numeric_limits<std::int64_t>::min()), "null");
    EXPECT_EQ(json_timestamp(std::numeric_limits<std::int64_t>::max()), "null");
}

TEST(AppendCompactJson, TakesBlanksOutOutsideOfStringsAlone) {
    const auto compact = [](std::string_view json) {
        std::string out;
        append_compact_json(out, json);
        return out;
    };
    EXPECT_EQ(compact(R"({"a" : 1, "b c" : [true, null]})"), R"({"a":1,"b c":[true,null]})");
    EXPECT_EQ(compact("[{\"a\" : 1}, \n {\"a\" : 2}]"), R"([{"a":1},{"a":2}])");
    EXPECT_EQ(compact(R"({"a" : "x \" : , \\", "b" : " \\\" "})"), R"({"a":"x \" : , \\","b":" \\\" "})");
    EXPECT_EQ(compact("\"\u2028 \u2029 \u20AC\""), "\"\\u2028 \\u2029 \u20AC\"");
    EXPECT_EQ(compact(""), "");
}

TEST(JsonIndenter, PrintsAsPythonDoesWhereverAPieceEnds) {
    const std::string compact = R"({"a":[],"b":{},"c":[1,"x,[\"]:\\",{"d":null}]})";
    const std::string expected = R"({
    "a": [],
    "b": {},
    "c": [
        1,
        "x,[\"]:\\",
        {
            "d": null
        }
    ]
})";
    for (std::size_t piece = 1; piece <= compact.size(); ++piece) {
        JsonIndenter indenter(4);
        std::string out;
        for (std::size_t at = 0; at < compact.size(); at += piece) indenter.feed(compact.substr(at, piece), out);
        EXPECT_EQ(out, expected) << piece;
    }
}

}  // namespace
}  // namespace wdx::base
