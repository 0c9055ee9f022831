#include "store/row_json.hpp"

#include "base/json_writer.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <endian.h>
#include <stdexcept>

#include <fmt/format.h>

namespace wdx::store {
namespace {

std::uint64_t read_big_endian_64(const char* bytes) {
    std::uint64_t raw = 0;
    std::memcpy(&raw, bytes, sizeof(raw));
    return be64toh(raw);
}

std::uint32_t read_big_endian_32(const char* bytes) {
    std::uint32_t raw = 0;
    std::memcpy(&raw, bytes, sizeof(raw));
    return be32toh(raw);
}

std::uint16_t read_big_endian_16(const char* bytes) {
    std::uint16_t raw = 0;
    std::memcpy(&raw, bytes, sizeof(raw));
    return be16toh(raw);
}

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

}  // namespace

RowWriter::Kind RowWriter::kind_of(Oid type) {
    // The fixed numbers of PostgreSQL's built-in types (pg_type.dat).
    switch (type) {
        case 16:
            return Kind::boolean;
        case 20:
            return Kind::int8;
        case 21:
            return Kind::int2;
        case 23:
            return Kind::int4;
        case 25:    // text
        case 1042:  // bpchar
        case 1043:  // varchar
            return Kind::text;
        case 700:
            return Kind::float4;
        case 701:
            return Kind::float8;
        case 1082:
            return Kind::date;
        case 1184:
            return Kind::timestamp;
        case 3802:
            return Kind::jsonb;
        default:
            throw std::runtime_error(fmt::format("a column of type {} cannot be written as JSON", type));
    }
}

int RowWriter::size_of(Kind kind) noexcept {
    switch (kind) {
        case Kind::boolean:
            return 1;
        case Kind::int2:
            return 2;
        case Kind::int4:
        case Kind::float4:
        case Kind::date:
            return 4;
        case Kind::int8:
        case Kind::float8:
        case Kind::timestamp:
            return 8;
        case Kind::text:
        case Kind::jsonb:
            break;
    }
    return 0;
}

RowWriter::RowWriter(const PGresult* shape) {
    const int count = PQnfields(shape);
    columns_.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
        std::string prefix = i == 0 ? "{" : ",";
        base::append_json_string(prefix, PQfname(shape, i));
        prefix += ':';
        const Kind kind = kind_of(PQftype(shape, i));
        columns_.push_back({std::move(prefix), kind, size_of(kind)});
    }
}

void RowWriter::append(const PGresult* result, int row, std::string& out) const {
    int index = 0;
    for (const Column& column : columns_) {
        out += column.prefix;
        if (PQgetisnull(result, row, index) == 1) {
            out += "null";
        } else {
            const int length = PQgetlength(result, row, index);
            // What is read below is as long as the type is, whatever the other side of the socket said.
            if (column.size != 0 && length != column.size)
                throw std::runtime_error(fmt::format("a value of {} bytes instead of {}", length, column.size));
            append_value(column.kind, PQgetvalue(result, row, index), length, out);
        }
        ++index;
    }
    out += '}';
}

void RowWriter::append_value(Kind kind, const char* bytes, int length, std::string& out) {
    switch (kind) {
        case Kind::boolean:
            out += *bytes != 0 ? "true" : "false";
            return;
        case Kind::int2:
            return base::append_json_integer(out, static_cast<std::int16_t>(read_big_endian_16(bytes)));
        case Kind::int4:
            return base::append_json_integer(out, static_cast<std::int32_t>(read_big_endian_32(bytes)));
        case Kind::int8:
            return base::append_json_integer(out, static_cast<std::int64_t>(read_big_endian_64(bytes)));
        case Kind::float4:
            return append_float(out, std::bit_cast<float>(read_big_endian_32(bytes)));
        case Kind::float8:
            return append_float(out, std::bit_cast<double>(read_big_endian_64(bytes)));
        case Kind::text:
            return base::append_json_string(out, {bytes, static_cast<std::size_t>(length)});
        case Kind::date:
            return base::append_json_date(out, static_cast<std::int32_t>(read_big_endian_32(bytes)));
        case Kind::timestamp:
            return base::append_json_timestamp(out, static_cast<std::int64_t>(read_big_endian_64(bytes)));
        case Kind::jsonb:
            // A version byte, then JSON text.
            return base::append_compact_json(out, std::string_view(bytes, static_cast<std::size_t>(length)).substr(1));
    }
}

std::string render_rows(const db::Rows& rows) {
    constexpr std::size_t kTypicalRow = 400;
    std::string json;
    json.reserve(static_cast<std::size_t>(rows.size()) * kTypicalRow + 2);
    json += '[';
    const RowWriter writer(rows.raw());
    for (int i = 0; i < rows.size(); ++i) {
        if (i > 0) json += ',';
        writer.append(rows.raw(), i, json);
    }
    json += ']';
    return json;
}

std::string render_row(const db::Rows& rows) {
    std::string json;
    RowWriter(rows.raw()).append(rows.raw(), 0, json);
    return json;
}

}  // namespace wdx::store
