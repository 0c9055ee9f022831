#pragma once

#include "db/rows.hpp"

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace wdx::db {

/// Reads what `COPY ... TO STDOUT (FORMAT binary)` sends, a message at a time: the first begins with a header, each
/// holds one row or the end.
/// Source: PostgreSQL manual, COPY, "Binary Format"; 55.2.6 "COPY Operations".
class CopyReader {
  public:
    /// @param columns  that each row has
    explicit CopyReader(std::size_t columns) : values_(columns) {}

    /// @param message  outlives the use of the values
    /// @return false: there was no row in it
    /// @throws std::runtime_error when it is not what COPY sends, or a row has not so many columns
    bool read(std::string_view message);
    /// Of the row that was read, in PostgreSQL's binary format.
    [[nodiscard]] std::span<Value> values() noexcept { return values_; }

  private:
    std::vector<Value> values_;
    bool has_begun_ = false;
};

}  // namespace wdx::db
