#pragma once

#include "store/row_values.hpp"

#include <string>
#include <vector>

#include <libpq-fe.h>

namespace wdx::store {

/// Writes rows in PostgreSQL's binary format as CSV of RFC 4180: lines end with CRLF, a cell with a comma, a quote or a
/// line break stands in quotes, UTF-8 without a byte order mark.  One cell for each column whose name does not begin
/// with
/// `_`, in the order of the SELECT list.
///
/// NULL is nothing, the empty text `""`, as PostgreSQL's COPY writes and tells them apart; but where a row has one cell
/// only, NULL is `""` too, because readers skip empty lines.  Times, dates and numbers are as in JSON, without quotes;
/// what JSON has as null, infinity for instance, is nothing.  `json` is its text, compact.
///
/// Spreadsheets run a cell that begins like a formula: such texts get a leading `'`.  Numbers do not: -5 stays -5.
class CsvWriter {
  public:
    /// @param shape  any result of the statement, also one without rows
    /// @throws std::runtime_error when a column has a type that is not written here
    explicit CsvWriter(const PGresult* shape);

    /// Appends the line with the names of the columns.
    void append_header(std::string& out) const;
    /// @throws std::runtime_error when a value has not the size of its type
    void append(const PGresult* result, int row, std::string& out) const;

  private:
    struct Column {
        std::string name;
        ValueType type;
        int index;  ///< in the SELECT list
    };

    std::vector<Column> columns_;
};

}  // namespace wdx::store
