#include "store/core/row_values.hpp"

#include "base/big_endian.hpp"
#include "base/json_writer.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

namespace wdx::store {
namespace {

void append_float(std::string& out, double value) {
    // JSON has no infinities; DRF writes null for them.
    if (!std::isfinite(value)) {
        out += "null";
        return;
    }
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out.append(digits.data(), end);
}

ValueKind kind_of(std::uint32_t type) {
    // The fixed numbers of PostgreSQL's built-in types (pg_type.dat).
    switch (type) {
        case 16:
            return ValueKind::boolean;
        case 20:
            return ValueKind::int8;
        case 21:
            return ValueKind::int2;
        case 23:
            return ValueKind::int4;
        case 25:    // text
        case 1042:  // bpchar
        case 1043:  // varchar
            return ValueKind::text;
        case 114:
            return ValueKind::json;
        case 700:
            return ValueKind::float4;
        case 701:
            return ValueKind::float8;
        case 1082:
            return ValueKind::date;
        case 1184:
            return ValueKind::timestamp;
        case 3802:
            return ValueKind::jsonb;
        default:
            throw std::runtime_error(fmt::format("a column of type {} cannot be written", type));
    }
}

std::size_t size_of(ValueKind kind) noexcept {
    switch (kind) {
        case ValueKind::boolean:
            return 1;
        case ValueKind::int2:
            return 2;
        case ValueKind::int4:
        case ValueKind::float4:
        case ValueKind::date:
            return 4;
        case ValueKind::int8:
        case ValueKind::float8:
        case ValueKind::timestamp:
            return 8;
        case ValueKind::text:
        case ValueKind::json:
        case ValueKind::jsonb:
            break;
    }
    return 0;
}

}  // namespace

ValueType::ValueType(std::uint32_t type) : kind(kind_of(type)), size(size_of(kind)) {}

void ValueType::refuse_size(std::size_t length) const {
    throw std::runtime_error(fmt::format("a value of {} bytes instead of {}", length, size));
}

void append_json_value(ValueKind kind, std::string_view bytes, std::string& out) {
    switch (kind) {
        case ValueKind::boolean:
            out += bytes.front() != 0 ? "true" : "false";
            return;
        case ValueKind::int2:
            return base::append_json_integer(
                out, static_cast<std::int16_t>(base::read_big_endian<std::uint16_t>(bytes.data())));
        case ValueKind::int4:
            return base::append_json_integer(
                out, static_cast<std::int32_t>(base::read_big_endian<std::uint32_t>(bytes.data())));
        case ValueKind::int8:
            return base::append_json_integer(
                out, static_cast<std::int64_t>(base::read_big_endian<std::uint64_t>(bytes.data())));
        case ValueKind::float4:
            return append_float(out, std::bit_cast<float>(base::read_big_endian<std::uint32_t>(bytes.data())));
        case ValueKind::float8:
            return append_float(out, std::bit_cast<double>(base::read_big_endian<std::uint64_t>(bytes.data())));
        case ValueKind::text:
            return base::append_json_string(out, bytes);
        case ValueKind::date:
            return base::append_json_date(
                out, static_cast<std::int32_t>(base::read_big_endian<std::uint32_t>(bytes.data())));
        case ValueKind::timestamp:
            return base::append_json_timestamp(
                out, static_cast<std::int64_t>(base::read_big_endian<std::uint64_t>(bytes.data())));
        case ValueKind::json:
            return base::append_compact_json(out, bytes);
        case ValueKind::jsonb:  // behind a byte with the version of its format
            if (bytes.empty()) throw std::runtime_error("a jsonb value without a version");
            return base::append_compact_json(out, bytes.substr(1));
    }
}

}  // namespace wdx::store
