#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wdx::store {

/// How a value is read that PostgreSQL sent in its binary format.
enum class ValueKind { boolean, int2, int4, int8, float4, float8, text, date, timestamp, json, jsonb };

/// A column that can be written: integers, booleans, text, `date`, `timestamptz`, floating point numbers, `json` and
/// `jsonb`.
struct ValueType {
    ValueKind kind;
    std::size_t size;  ///< bytes of a value; 0: any

    /// @param type  as db::ResultColumn has it
    /// @throws std::runtime_error for any other type
    explicit ValueType(std::uint32_t type);

    /// What is read of a value is as long as its type is, whatever the other side of the socket said.
    /// @throws std::runtime_error
    void require_size(std::string_view bytes) const {
        if (size != 0 && bytes.size() != size) refuse_size(bytes.size());
    }

  private:
    [[noreturn]] void refuse_size(std::size_t length) const;
};

/// Appends a value that is not NULL as JSON; `json` and `jsonb` stand as they are, without blanks.
/// @param bytes  have passed `require_size`
void append_json_value(ValueKind kind, std::string_view bytes, std::string& out);

}  // namespace wdx::store
