#include "store/row_json.hpp"

#include "db/rows.hpp"

#include <optional>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

namespace wdx::store {
namespace {

using namespace std::string_literals;

constexpr Oid kBool = 16;
constexpr Oid kInt8 = 20;
constexpr Oid kInt4 = 23;
constexpr Oid kText = 25;
constexpr Oid kBytea = 17;

/// The JSON of one row with one column `a`.
std::string write(Oid type, std::optional<std::string> value) {
    const db::ResultPtr result(PQmakeEmptyPGresult(nullptr, PGRES_TUPLES_OK));
    std::string name = "a";
    PGresAttDesc column{name.data(), 0, 0, 1, type, 0, 0};
    EXPECT_EQ(PQsetResultAttrs(result.get(), 1, &column), 1);
    const int length = value ? static_cast<int>(value->size()) : -1;
    EXPECT_EQ(PQsetvalue(result.get(), 0, 0, value ? value->data() : nullptr, length), 1);
    std::string out;
    RowWriter(result.get()).append(result.get(), 0, out);
    return out;
}

TEST(RowWriter, WritesPostgresqlsBinaryValues) {
    EXPECT_EQ(write(kBool, "\x01"), R"({"a":true})");
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
}

TEST(RowWriter, RefusesATypeThatItDoesNotKnow) {
    EXPECT_THROW(write(kBytea, "x"), std::runtime_error);
}

}  // namespace
}  // namespace wdx::store
