#include "base/json_reader.hpp"

#include <cmath>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace wdx::base {
namespace {

using Kind = JsonValue::Kind;

/// The value of a document that must be good.
JsonValue value_of(std::string_view text) {
    auto result = read_json(text);
    if (const auto* fault = std::get_if<JsonFault>(&result)) {
        ADD_FAILURE() << fault->message;
        return {};
    }
    return std::get<JsonValue>(std::move(result));
}

/// The message for a document that must be bad.
std::string fault_of(std::string_view text) {
    const auto result = read_json(text);
    const auto* const fault = std::get_if<JsonFault>(&result);
    return fault != nullptr ? fault->message : "no fault";
}

std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

TEST(ReadJson, CountsTheElementsOfAllArraysAndObjects) {
    const auto is_read = [](std::string_view text, std::size_t most) {
        const auto result = read_json(text, most);
        const auto* const fault = std::get_if<JsonFault>(&result);
        EXPECT_TRUE(fault == nullptr || fault->has_too_many) << text;
        return fault == nullptr;
    };
    for (const std::string_view text :
         {"[1,1,1,1]", R"({"a":1,"b":2,"c":[1]})", "[[[[0]]]]", R"({"a":1,"a":1,"a":1,"a":1})", R"([{"a":[{}]},[]])"}) {
        EXPECT_TRUE(is_read(text, 4)) << text;
        EXPECT_FALSE(is_read(text, 3)) << text;
    }
    EXPECT_TRUE(is_read("1", 0));
    EXPECT_TRUE(is_read("[]", 0));
    EXPECT_FALSE(is_read("[1", 0));  // before it has been read
}

TEST(ReadJson, ReadsEveryKind) {
    const auto document = value_of(" {\"a\": [null, true, false, 1, -2.5e1, \"x\"], \"b\": {}} ");
    ASSERT_EQ(document.kind, Kind::object);
    const JsonValue* const a = document.find("a");
    ASSERT_NE(a, nullptr);
    ASSERT_EQ(a->elements.size(), 6U);
    EXPECT_EQ(a->elements[0].kind, Kind::null);
    EXPECT_TRUE(a->elements[1].boolean);
    EXPECT_EQ(a->elements[2].kind, Kind::boolean);
    EXPECT_FALSE(a->elements[2].boolean);
    EXPECT_EQ(a->elements[3].integer, 1);
    EXPECT_EQ(a->elements[4].floating, -25.0);
    EXPECT_EQ(a->elements[5].string, "x");
    EXPECT_TRUE(document.find("b")->is_object());
    EXPECT_EQ(document.find("c"), nullptr);
}

TEST(ReadJson, KeepsTheBytesOfEachValue) {
    const std::string text = " { \"a\" : [ 1.50 , \"\\u0041\" ] } ";
    const auto document = value_of(text);
    EXPECT_EQ(document.raw, "{ \"a\" : [ 1.50 , \"\\u0041\" ] }");
    EXPECT_EQ(document.find("a")->raw, "[ 1.50 , \"\\u0041\" ]");
    EXPECT_EQ(document.find("a")->elements[0].raw, "1.50");
    EXPECT_EQ(document.find("a")->elements[1].raw, "\"\\u0041\"");
}

TEST(ReadJson, ARepeatedKeyKeepsItsFirstPlaceAndItsLastValue) {
    const auto document = value_of(R"({"a":1,"b":2,"\u0061":3,"c":4,"a":5})");
    ASSERT_EQ(document.members.size(), 3U);
    EXPECT_EQ(document.members[0].name, "a");
    EXPECT_EQ(document.members[0].value.integer, 5);
    EXPECT_EQ(document.members[1].name, "b");
    EXPECT_EQ(document.members[2].name, "c");
}

TEST(ReadJson, IntegersMayBeOfAnySize) {
    EXPECT_TRUE(value_of("-9223372036854775808").fits_int64);
    const auto large = value_of("9223372036854775808");
    EXPECT_EQ(large.kind, Kind::integer);
    EXPECT_FALSE(large.fits_int64);
    EXPECT_EQ(large.raw, "9223372036854775808");
    EXPECT_EQ(value_of("-" + std::string(4300, '1')).kind, Kind::integer);
    EXPECT_EQ(fault_of(std::string(4301, '1')),
              "Exceeds the limit (4300 digits) for integer string conversion: value has 4301 digits; use "
              "sys.set_int_max_str_digits() to increase the limit");
}

TEST(ReadJson, FloatsOverflowToInfinityAndUnderflowToZero) {
    EXPECT_TRUE(std::isinf(value_of("1e400").floating));
    EXPECT_EQ(value_of("-1e400").floating, -HUGE_VAL);
    EXPECT_EQ(value_of("1e-400").floating, 0.0);
    EXPECT_EQ(value_of("1e5").kind, Kind::floating);
}

TEST(ReadJson, UnescapesStrings) {
    EXPECT_EQ(value_of(R"("\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00")").string, "\"\\/\b\f\n\r\t\u00E9\U0001F600");
    EXPECT_EQ(value_of("\"\u2028\x7F\"").string, "\u2028\x7F");
    EXPECT_EQ(value_of(R"("\u0000")").string, std::string(1, '\0'));
}

TEST(ReadJson, KeepsLoneSurrogatesAndMarksThem) {
    const auto lone = value_of(R"("\ud800x")");
    EXPECT_TRUE(lone.has_surrogates);
    EXPECT_EQ(lone.string, "\xED\xA0\x80x");
    const auto then_a_pair = value_of(R"("\ud83d\ud83d\ude00")");
    EXPECT_TRUE(then_a_pair.has_surrogates);
    EXPECT_EQ(then_a_pair.string, "\xED\xA0\xBD\U0001F600");
    EXPECT_FALSE(value_of(R"("\ud83d\ude00")").has_surrogates);
}

TEST(ReadJson, SaysWhatIsWrongInPythonsWords) {
    EXPECT_EQ(fault_of(""), "Expecting value: line 1 column 1 (char 0)");
    EXPECT_EQ(fault_of("[1,]"), "Expecting value: line 1 column 4 (char 3)");
    EXPECT_EQ(fault_of("nul"), "Expecting value: line 1 column 1 (char 0)");
    EXPECT_EQ(fault_of("-"), "Expecting value: line 1 column 1 (char 0)");
    EXPECT_EQ(fault_of("{} x"), "Extra data: line 1 column 4 (char 3)");
    EXPECT_EQ(fault_of("01"), "Extra data: line 1 column 2 (char 1)");
    EXPECT_EQ(fault_of("1."), "Extra data: line 1 column 2 (char 1)");
    EXPECT_EQ(fault_of("1e+"), "Extra data: line 1 column 2 (char 1)");
    EXPECT_EQ(fault_of("{'a':1}"), "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)");
    EXPECT_EQ(fault_of("{\"a\":1,}"), "Expecting property name enclosed in double quotes: line 1 column 8 (char 7)");
    EXPECT_EQ(fault_of("{\"a\" 1}"), "Expecting ':' delimiter: line 1 column 6 (char 5)");
    EXPECT_EQ(fault_of("[1 2]"), "Expecting ',' delimiter: line 1 column 4 (char 3)");
    EXPECT_EQ(fault_of("{\"a\":1 \"b\":2}"), "Expecting ',' delimiter: line 1 column 8 (char 7)");
}

TEST(ReadJson, SaysWhatIsWrongInAString) {
    EXPECT_EQ(fault_of("[\"abc"), "Unterminated string starting at: line 1 column 2 (char 1)");
    EXPECT_EQ(fault_of("\"abc\\"), "Unterminated string starting at: line 1 column 1 (char 0)");
    EXPECT_EQ(fault_of("\"a\tb\""), "Invalid control character at: line 1 column 3 (char 2)");
    EXPECT_EQ(fault_of(R"("a\xb")"), "Invalid \\escape: line 1 column 3 (char 2)");
    EXPECT_EQ(fault_of(R"("\u12g4")"), "Invalid \\uXXXX escape: line 1 column 3 (char 2)");
    EXPECT_EQ(fault_of(R"("\u1234)"), "Invalid \\uXXXX escape: line 1 column 3 (char 2)");
    EXPECT_EQ(fault_of(R"("\ud800\uzzzz")"), "Invalid \\uXXXX escape: line 1 column 9 (char 8)");
    EXPECT_EQ(fault_of(R"("\u+123")"), "Invalid \\uXXXX escape: line 1 column 3 (char 2)");
}

TEST(ReadJson, PositionsCountCodePointsAndLines) {
    EXPECT_EQ(fault_of("[\"\u00E9\U0001F600\" 1]"), "Expecting ',' delimiter: line 1 column 7 (char 6)");
    EXPECT_EQ(fault_of("[\n\"\u00E9\",\n  x]"), "Expecting value: line 3 column 3 (char 9)");
}

TEST(ReadJson, RefusesWhatIsNotUtf8) {
    EXPECT_EQ(fault_of("{\"username\": \"abcd\xFF\"}"),
              "'utf-8' codec can't decode byte 0xff in position 18: invalid start byte");
    EXPECT_EQ(fault_of("\"\xE2\x82\""), "'utf-8' codec can't decode bytes in position 1-2: invalid continuation byte");
    EXPECT_EQ(fault_of("{}\xC3"), "'utf-8' codec can't decode byte 0xc3 in position 2: unexpected end of data");
    EXPECT_EQ(fault_of("\xEF\xBB\xBF{}"), "Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)");
}

TEST(ReadJson, RefusesConstantsThatJsonDoesNotHave) {
    for (const std::string constant : {"NaN", "Infinity", "-Infinity"}) {
        EXPECT_EQ(fault_of("[" + constant + "]"),
                  "Out of range float values are not JSON compliant: '" + constant + "'");
    }
}

TEST(ReadJson, BoundsTheDepth) {
    EXPECT_EQ(value_of(nested(900)).kind, Kind::array);
    EXPECT_EQ(fault_of(nested(901)), "Too many levels of nesting: line 1 column 901 (char 900)");
    EXPECT_NE(fault_of(std::string(1'000'000, '[')), "no fault");
}

TEST(ReadJson, ManyKeysDoNotTakeQuadraticTime) {
    std::string text = "{";
    for (int i = 0; i < 100'000; ++i) text += "\"" + std::to_string(i % 90'000) + "\":" + std::to_string(i) + ",";
    text.back() = '}';
    const auto document = value_of(text);
    EXPECT_EQ(document.members.size(), 90'000U);
    EXPECT_EQ(document.members.front().value.integer, 90'000);
}

TEST(ReadJson, SurvivesDamagedDocuments) {
    const std::string good = R"({"a":[1,-2.5e3,"\u00e9\ud83d\ude00",{"b":null}],"c":true,"d":"\n é"})";
    std::mt19937 random(1);  // NOLINT(cert-msc51-cpp): the same damage in every run
    const auto below = [&](std::size_t n) { return random() % n; };
    for (int round = 0; round < 20'000; ++round) {
        std::string text = good;
        for (std::size_t edits = 1 + below(3); edits > 0 && !text.empty(); --edits) {
            const std::size_t at = below(text.size());
            switch (below(3)) {
                case 0:
                    text[at] = static_cast<char>(below(256));
                    break;
                case 1:
                    text.erase(at, 1 + below(4));
                    break;
                default:
                    text.insert(at, 1, "\"\\{}[],:u0e.-\xC3\xED"[below(15)]);
            }
        }
        const auto result = read_json(text);
        const auto* const fault = std::get_if<JsonFault>(&result);
        EXPECT_TRUE(fault == nullptr || !fault->message.empty());
    }
}

}  // namespace
}  // namespace wdx::base
