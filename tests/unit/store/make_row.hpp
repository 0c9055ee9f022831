#pragma once

#include "db/rows.hpp"

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace wdx::store {

// Numbers of PostgreSQL's types (pg_type.dat).
inline constexpr Oid kBool = 16;
inline constexpr Oid kBytea = 17;
inline constexpr Oid kInt8 = 20;
inline constexpr Oid kInt4 = 23;
inline constexpr Oid kText = 25;
inline constexpr Oid kJson = 114;
inline constexpr Oid kFloat8 = 701;
inline constexpr Oid kDate = 1082;
inline constexpr Oid kTimestamp = 1184;
inline constexpr Oid kJsonb = 3802;

struct Value {
    std::string name;
    Oid type;
    std::optional<std::string> bytes;  ///< as PostgreSQL's binary format has it; nullopt is NULL
};

/// A result with one row, or with none.
inline db::Rows make_row(std::vector<Value> values, bool has_row = true) {
    db::ResultPtr result(PQmakeEmptyPGresult(nullptr, PGRES_TUPLES_OK));
    std::vector<PGresAttDesc> columns;
    for (Value& value : values) columns.push_back({value.name.data(), 0, 0, 1, value.type, 0, 0});
    EXPECT_EQ(PQsetResultAttrs(result.get(), static_cast<int>(columns.size()), columns.data()), 1);
    int index = 0;
    for (Value& value : values) {
        if (!has_row) break;
        const int length = value.bytes ? static_cast<int>(value.bytes->size()) : -1;
        EXPECT_EQ(PQsetvalue(result.get(), 0, index++, value.bytes ? value.bytes->data() : nullptr, length), 1);
    }
    return db::Rows(std::move(result));
}

}  // namespace wdx::store
