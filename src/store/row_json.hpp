#pragma once

#include "db/rows.hpp"

#include <string>
#include <vector>

#include <libpq-fe.h>

namespace wdx::store {

/// Writes rows in PostgreSQL's binary format as JSON objects, straight from libpq's memory: one member for each column,
/// in the order of the SELECT list.  Integers, booleans, text, `date`, `timestamptz`, floating point numbers and
/// `jsonb`, which stands as it is, without blanks.
class RowWriter {
  public:
    /// @param shape  any result of the statement, also one without rows
    /// @throws std::runtime_error when a column has a type that is not written here
    explicit RowWriter(const PGresult* shape);

    /// Appends `{"id":1,...}`.
    /// @throws std::runtime_error when a value has not the size of its type
    void append(const PGresult* result, int row, std::string& out) const;

  private:
    enum class Kind { boolean, int2, int4, int8, float4, float8, text, date, timestamp, jsonb };
    struct Column {
        std::string prefix;  ///< `{"id":` or `,"handle":`
        Kind kind;
        int size;  ///< bytes of a value; 0: any
    };
    static Kind kind_of(Oid type);
    static int size_of(Kind kind) noexcept;
    static void append_value(Kind kind, const char* bytes, int length, std::string& out);

    std::vector<Column> columns_;
};

/// All rows as a JSON array; the first one as an object.
/// @throws std::runtime_error as RowWriter
std::string render_rows(const db::Rows& rows);
std::string render_row(const db::Rows& rows);

}  // namespace wdx::store
