#include "base/json_value.hpp"

#include <cstdint>
#include <limits>

#include <boost/json/array.hpp>
#include <gtest/gtest.h>

namespace wdx::base {
namespace {

namespace json = boost::json;

TEST(JsonText, WritesNumbersAsTheOtherWritersDo) {
    EXPECT_EQ(json_text(json::array{0.5, 1.0, -0.25, 1e16, 0.1 + 0.2, 0.0}),
              "[0.5,1,-0.25,1e+16,0.30000000000000004,0]");
    EXPECT_EQ(
        json_text(json::array{std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::uint64_t>::max()}),
        "[-9223372036854775808,18446744073709551615]");
}

TEST(JsonText, KeepsTheOrderOfMembers) {
    const json::object object{{"z", nullptr}, {"a", true}, {"m", json::object{}}, {"b", json::array{}}, {"c", "x"}};
    EXPECT_EQ(json_text(object), R"({"z":null,"a":true,"m":{},"b":[],"c":"x"})");
}

TEST(JsonText, EscapesTextsAndNamesAsTheOtherWritersDo) {
    const json::object object{{"\"", "a/\n\x01<\xE2\x80\xA8"}};
    EXPECT_EQ(json_text(object), R"({"\"":"a/\n\u0001<\u2028"})");
}

TEST(JsonText, WritesArraysInArrays) {
    EXPECT_EQ(json_text(json::array{json::array{json::array{}, 1}, json::array{2}}), "[[[],1],[2]]");
}

TEST(JsonTextWith, PassesTheLastMemberOnAsItIs) {
    EXPECT_EQ(json_text_with(json::object{{"a", 1}}, "b", R"([1e+20,0.10])"), R"({"a":1,"b":[1e+20,0.10]})");
    EXPECT_EQ(json_text_with(json::object{}, "b", "{}"), R"({"b":{}})");
}

TEST(OrNull, IsNullForNothing) {
    EXPECT_EQ(json_text(or_null(std::optional<double>{})), "null");
    EXPECT_EQ(json_text(or_null(std::optional(2.5))), "2.5");
    EXPECT_EQ(json_text(or_null(std::optional<std::string>("x"))), R"("x")");
    EXPECT_EQ(json_text(or_null(std::optional<std::int64_t>(7))), "7");
}

}  // namespace
}  // namespace wdx::base
