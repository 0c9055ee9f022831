#pragma once

#include <string>

#include <libpq-fe.h>

namespace wdx::store {

/// How a value is read that PostgreSQL sent in its binary format.
enum class ValueKind { boolean, int2, int4, int8, float4, float8, text, date, timestamp, json, jsonb };

/// A column that can be written: integers, booleans, text, `date`, `timestamptz`, floating point numbers, `json` and
/// `jsonb`.
struct ValueType {
    ValueKind kind;
    int size;  ///< bytes of a value; 0: any

    /// @throws std::runtime_error for any other type
    explicit ValueType(Oid type);

    /// What is read of a value is as long as its type is, whatever the other side of the socket said.
    /// @throws std::runtime_error
    void require_size(int length) const {
        if (size != 0 && length != size) refuse_size(length);
    }

  private:
    [[noreturn]] void refuse_size(int length) const;
};

/// Appends a value that is not NULL as JSON; `json` and `jsonb` stand as they are, without blanks.
/// @param length  has passed `require_size`
void append_json_value(ValueKind kind, const char* bytes, int length, std::string& out);

}  // namespace wdx::store
