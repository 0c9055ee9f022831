#pragma once

#include "db/rows.hpp"
#include "store/core/row_values.hpp"

#include <string>
#include <vector>

namespace wdx::store {

/// Writes rows in PostgreSQL's binary format as CSV of RFC 4180: lines end with CRLF, a cell with a comma, a quote or a
/// line break stands in quotes, UTF-8.  One cell for each column whose name does not begin
/// with `_`, in the order of the SELECT list.
///
/// NULL is nothing, the empty text `""`, as PostgreSQL's COPY writes and tells them apart; but where a row has one cell
/// only, NULL is `""` too, because readers skip empty lines.  Times, dates and numbers are as in JSON, without quotes;
/// what JSON has as null, infinity for instance, is nothing.  `json` is its text, compact.
///
/// Spreadsheets run a cell that begins like a formula, also behind blanks and invisible characters: such texts get a
/// leading `'`.  Numbers do not: -5 stays -5.
class CsvWriter {
  public:
    /// @param shape  any result of the statement, also one without rows
    /// @throws std::runtime_error when a column has a type that is not written here
    explicit CsvWriter(const db::Rows& shape);

    /// Appends the line with the names of the columns.
    /// @param with_bom  behind a byte order mark, by which Excel knows that it is UTF-8
    void append_header(std::string& out, bool with_bom) const;
    /// @throws std::runtime_error when a value has not the size of its type
    void append(const db::Row& row, std::string& out) const;

  private:
    struct Column {
        std::string name;
        ValueType type;
        int index;  ///< in the SELECT list
    };

    std::vector<Column> columns_;
};

}  // namespace wdx::store
