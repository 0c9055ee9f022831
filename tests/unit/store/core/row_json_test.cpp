#include "store/core/row_json.hpp"

#include "store/make_row.hpp"

#include <stdexcept>

namespace wdx::store {
namespace {

using namespace std::string_literals;

const std::string kYes = "\x01";
const std::string kNo = "\0"s;

std::string write_row(std::vector<Value> values) {
    const db::Rows row = make_row(std::move(values));
    std::string out;
    RowWriter(row).append(row.front(), out);
    return out;
}

/// The JSON of one row with one column `a`.
std::string write(Oid type, std::optional<std::string> value) {
    return write_row({{"a", type, std::move(value)}});
}

TEST(RowWriter, WritesPostgresqlsBinaryValues) {
    EXPECT_EQ(write(kBool, kYes), R"({"a":true})");
    EXPECT_EQ(write(kInt4, "\xFF\xFF\xFF\xFE"), R"({"a":-2})");
    EXPECT_EQ(write(kInt8, "\0\0\0\1\0\0\0\0"s), R"({"a":4294967296})");
    EXPECT_EQ(write(kText, "\"\u00E9\n"), "{\"a\":\"\\\"\u00E9\\n\"}");
    EXPECT_EQ(write(kInt4, std::nullopt), R"({"a":null})");
}

TEST(RowWriter, RefusesAValueThatHasNotTheSizeOfItsType) {
    EXPECT_THROW(write(kInt8, "\0\0\0\1"s), std::runtime_error);
    EXPECT_THROW(write(kInt4, ""), std::runtime_error);
    EXPECT_THROW(write(kBool, ""), std::runtime_error);
    EXPECT_THROW(write(kInt4, "\0\0\0\0\1"s), std::runtime_error);
    EXPECT_THROW(write(kJsonb, ""), std::runtime_error);
    EXPECT_THROW(write_row({{"x.", kBool, ""}}), std::runtime_error);
}

TEST(RowWriter, RefusesATypeThatItDoesNotKnow) {
    EXPECT_THROW(write(kBytea, "x"), std::runtime_error);
}

TEST(RowWriter, WritesJsonWithoutBlanksOutsideTexts) {
    const std::string json = "{\"a b\": [1, 2],\r\n\t\"c\": \"x\\\" : , y\\\\\" }";
    const std::string compact = "{\"a b\":[1,2],\"c\":\"x\\\" : , y\\\\\"}";
    EXPECT_EQ(write(kJson, json), "{\"a\":" + compact + "}");
    EXPECT_EQ(write(kJsonb, "\x01" + json), "{\"a\":" + compact + "}");
}

TEST(RowWriter, WritesColumnsOfAnObjectAsItsMembers) {
    EXPECT_EQ(write_row({{"id", kInt4, "\0\0\0\1"s},
                         {"x.", kBool, kYes},
                         {"x.y", kInt4, "\0\0\0\2"s},
                         {"x.z", kText, std::nullopt},
                         {"name", kText, "n"}}),
              R"({"id":1,"x":{"y":2,"z":null},"name":"n"})");
    EXPECT_EQ(write_row({{"x.", kBool, kYes}, {"x.y", kBool, kNo}}), R"({"x":{"y":false}})");
    EXPECT_EQ(write_row({{"x.", kBool, kYes}}), R"({"x":{}})");
}

TEST(RowWriter, WritesNullForAnObjectThatIsNotThere) {
    for (const std::optional<std::string>& marker : {std::optional<std::string>(kNo), std::optional<std::string>()})
        EXPECT_EQ(write_row({{"x.", kBool, marker}, {"x.y", kInt4, "\0\0\0\2"s}, {"name", kText, "n"}}),
                  R"({"x":null,"name":"n"})");
}

TEST(RowWriter, NestsObjects) {
    const auto row = [](const std::string& outer, const std::string& inner) {
        return write_row({{"x.", kBool, outer},
                          {"x.a", kText, "1"},
                          {"x.y.", kBool, inner},
                          {"x.y.b", kText, "2"},
                          {"x.c", kText, "3"},
                          {"xd", kText, "4"}});
    };
    EXPECT_EQ(row(kYes, kYes), R"({"x":{"a":"1","y":{"b":"2"},"c":"3"},"xd":"4"})");
    EXPECT_EQ(row(kYes, kNo), R"({"x":{"a":"1","y":null,"c":"3"},"xd":"4"})");
    EXPECT_EQ(row(kNo, kYes), R"({"x":null,"xd":"4"})");
}

TEST(RowWriter, TakesABooleanAloneForWhetherThereIsAnObject) {
    EXPECT_THROW(write_row({{"x.", kInt4, "\0\0\0\1"s}}), std::runtime_error);
}

TEST(RowWriter, DoesNotWriteHiddenColumns) {
    EXPECT_EQ(write_row({{"_1", kBytea, "?"}, {"a", kBool, kYes}, {"x.", kBool, kYes}, {"x._2", kText, "?"}}),
              R"({"a":true,"x":{}})");
    EXPECT_EQ(write_row({{"_1", kInt4, "\0\0\0\1"s}}), "{}");
}

}  // namespace
}  // namespace wdx::store
