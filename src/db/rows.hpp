#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include <libpq-fe.h>

namespace wdx::db {

struct ResultDeleter {
    void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using ResultPtr = std::unique_ptr<PGresult, ResultDeleter>;

/// One row of a result, valid as long as its Rows.  Values are read by position, in the order of the SELECT list, and
/// only in the file that has the statement.  The typed readers understand both the text and the binary format; a NULL
/// is `is_null`, reading it as a value is a bug.
class Row {
  public:
    Row(const PGresult* result, int index) noexcept : result_(result), index_(index) {}

    [[nodiscard]] bool is_null(int column) const noexcept { return PQgetisnull(result_, index_, column) == 1; }
    /// Bytes as the server sent them (UTF-8 for text types).
    [[nodiscard]] std::string_view text(int column) const noexcept {
        return {PQgetvalue(result_, index_, column), static_cast<std::size_t>(PQgetlength(result_, index_, column))};
    }
    /// @throws std::runtime_error when the column is not an integer (int2, int4, int8)
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] bool boolean(int column) const;
    /// @throws std::runtime_error when the column is not a float8
    [[nodiscard]] double real(int column) const;
    [[nodiscard]] std::optional<std::int64_t> optional_integer(int column) const {
        if (is_null(column)) return std::nullopt;
        return integer(column);
    }
    [[nodiscard]] std::optional<double> optional_real(int column) const {
        if (is_null(column)) return std::nullopt;
        return real(column);
    }
    [[nodiscard]] std::optional<std::string_view> optional_text(int column) const noexcept {
        if (is_null(column)) return std::nullopt;
        return text(column);
    }

  private:
    const PGresult* result_;
    int index_;
};

/// A column of a result.
struct ResultColumn {
    std::string_view name;   ///< valid as long as the Rows
    std::uint32_t type = 0;  ///< its number in the catalog (PostgreSQL's pg_type.dat)
};

/// What a statement returned; owns libpq's result.  Movable, not copyable.
class Rows {
  public:
    Rows() = default;
    explicit Rows(ResultPtr result) noexcept : result_(std::move(result)) {}

    [[nodiscard]] int size() const noexcept { return result_ ? PQntuples(result_.get()) : 0; }
    [[nodiscard]] bool empty() const noexcept { return size() == 0; }
    [[nodiscard]] Row operator[](int index) const noexcept { return {result_.get(), index}; }
    [[nodiscard]] Row front() const noexcept { return {result_.get(), 0}; }
    /// What the rows have, also where there are none.
    [[nodiscard]] int columns() const noexcept { return result_ ? PQnfields(result_.get()) : 0; }
    [[nodiscard]] ResultColumn column(int index) const noexcept {
        return {PQfname(result_.get(), index), PQftype(result_.get(), index)};
    }
    /// Rows that an INSERT, UPDATE or DELETE touched.
    [[nodiscard]] std::int64_t affected() const;
    /// What the server calls the command that has run, `COMMIT` for instance.
    [[nodiscard]] std::string_view command_tag() const noexcept { return PQcmdStatus(result_.get()); }

  private:
    ResultPtr result_;
};

}  // namespace wdx::db
