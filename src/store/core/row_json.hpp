#pragma once

#include "db/rows.hpp"
#include "store/core/row_values.hpp"

#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wdx::store {

/// Writes rows in PostgreSQL's binary format as JSON objects, straight from the result: one member for each column, in
/// the order of the SELECT list, with the types of ValueType.
///
/// A column `x.`, a boolean, says whether there is an object x; the columns behind it whose names begin with `x.` are
/// its members: `"x":{"y":1}`, or `"x":null` where it is NULL or false.  Names that begin with `_` are not written.
class RowWriter {
  public:
    /// @param shape  any result of the statement, also one without rows
    /// @throws std::runtime_error when a column has a type that is not written here
    explicit RowWriter(const db::Rows& shape);

    /// Appends `{"id":1,...}`.
    /// @throws std::runtime_error when a value has not the size of its type
    void append(const db::Row& row, std::string& out) const;

  private:
    struct Column {
        std::string prefix;  ///< `{"id":` or `,"handle":`
        ValueType type;
        int index;            ///< in the SELECT list
        bool is_object;       ///< the value says whether there is one
        std::size_t members;  ///< so many columns that follow are its members, and theirs
    };
    /// Adds the columns from `index` on whose names begin with `scope`.
    /// @return the index of the first one that does not
    int add_columns(const db::Rows& shape, int index, std::string_view scope);
    static void append_object(std::span<const Column> columns, const db::Row& row, std::string& out);

    std::vector<Column> columns_;
};

/// The first rows, all of them unless told otherwise, as a JSON array; the first one as an object.
/// @throws std::runtime_error as RowWriter
std::string render_rows(const db::Rows& rows, int most = std::numeric_limits<int>::max());
std::string render_row(const db::Rows& rows);

}  // namespace wdx::store
