#include "db/undecodable.hpp"

#include "base/unicode.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace wdx::db {
namespace {

constexpr int kSqlAscii = 0;  // PostgreSQL's pg_wchar.h, PG_SQL_ASCII

// Type numbers of the catalog (PostgreSQL's pg_type.dat); they never change.
constexpr std::array<Oid, 3> kTexts{25, 1042, 1043};  // text, bpchar, varchar
constexpr std::array<Oid, 2> kJson{114, 3802};        // json, jsonb

template <std::size_t Size>
bool contains(const std::array<Oid, Size>& types, Oid type) {
    return std::find(types.begin(), types.end(), type) != types.end();
}

/// What a value is instead; nullopt: NULL.
std::optional<std::string> instead_of(std::string_view value, Oid type) {
    if (contains(kTexts, type)) return std::nullopt;
    std::string json = with_undecodable_strings_null(value);
    if (!base::is_utf8(json)) return std::nullopt;
    return json;
}

/// Whether what is no UTF-8 in the column is replaced.
bool is_decoded(const ResultColumn& column) {
    return (contains(kTexts, column.type) || contains(kJson, column.type)) && !column.name.starts_with('_');
}

void replace_undecodable(PGresult* result, int column) {
    const Oid type = PQftype(result, column);
    if (!is_decoded({PQfname(result, column), type})) return;
    for (int row = 0; row < PQntuples(result); ++row) {
        const std::string_view value(PQgetvalue(result, row, column),
                                     static_cast<std::size_t>(PQgetlength(result, row, column)));
        if (base::is_utf8(value)) continue;
        std::optional<std::string> other = instead_of(value, type);
        char* const text = other ? other->data() : nullptr;
        const int length = other ? static_cast<int>(other->size()) : -1;
        if (PQsetvalue(result, row, column, text, length) == 0) throw std::bad_alloc();
    }
}

/// One past the end of the string whose quote is at `begin`.
std::size_t end_of_string(std::string_view json, std::size_t begin) {
    std::size_t at = begin + 1;
    while (at < json.size() && json[at] != '"') at += json[at] == '\\' ? 2U : 1U;
    return std::min(at + 1, json.size());
}

}  // namespace

bool take_bytes_as_they_are(PGconn* connection) {
    const char* encoding = PQparameterStatus(connection, "server_encoding");
    if (encoding == nullptr || std::string_view(encoding) != "SQL_ASCII") return true;
    return PQsetClientEncoding(connection, "SQL_ASCII") == 0;
}

Rows decoded_rows(const PGconn* connection, ResultPtr result) {
    if (PQclientEncoding(connection) == kSqlAscii)
        for (int column = 0; column < PQnfields(result.get()); ++column) replace_undecodable(result.get(), column);
    return Rows(std::move(result));
}

void decode_row(const PGconn* connection, const Rows& shape, std::span<Value> values, std::list<std::string>& kept) {
    if (PQclientEncoding(connection) != kSqlAscii) return;
    kept.clear();
    for (std::size_t i = 0; i < values.size(); ++i) {
        const ResultColumn column = shape.column(static_cast<int>(i));
        if (!values[i] || !is_decoded(column) || base::is_utf8(*values[i])) continue;
        std::optional<std::string> other = instead_of(*values[i], column.type);
        values[i] = other ? Value(kept.emplace_back(*std::move(other))) : std::nullopt;
    }
}

std::string with_undecodable_strings_null(std::string_view json) {
    std::string out;
    out.reserve(json.size());
    std::size_t at = 0;
    while (at < json.size()) {
        if (json[at] != '"') {
            out += json[at++];
            continue;
        }
        const std::size_t end = end_of_string(json, at);
        const std::string_view text = json.substr(at, end - at);
        out += base::is_utf8(text) ? text : std::string_view("null");
        at = end;
    }
    return out;
}

}  // namespace wdx::db
