#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include <libpq-fe.h>

namespace wdx::db {

struct ResultDeleter {
    void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using ResultPtr = std::unique_ptr<PGresult, ResultDeleter>;

/// A value as the server sent it; nullopt is NULL.
using Value = std::optional<std::string_view>;

/// One row of a result or of a COPY, valid as long as its Rows, or what it was copied to.  Values are read by position,
/// in the order of the SELECT list, and only in the file that has the statement.  The typed readers understand both the
/// text and the binary format; a NULL is `is_null`, reading it as a value is a bug.
class Row {
  public:
    Row(const PGresult* result, int index) noexcept : result_(result), index_(index) {}
    /// @param shape   has the columns
    /// @param values  one for each column, in the binary format
    Row(const PGresult* shape, std::span<const Value> values) noexcept : result_(shape), values_(values) {}

    [[nodiscard]] bool is_null(int column) const noexcept {
        return is_copied() ? !copied(column) : PQgetisnull(result_, index_, column) == 1;
    }
    /// Bytes as the server sent them (UTF-8 for text types); of NULL none.
    [[nodiscard]] std::string_view text(int column) const noexcept {
        if (is_copied()) return copied(column).value_or(std::string_view());
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
    [[nodiscard]] bool is_copied() const noexcept { return !values_.empty(); }
    [[nodiscard]] const Value& copied(int column) const noexcept { return values_[static_cast<std::size_t>(column)]; }
    [[nodiscard]] bool has_text_format(int column) const noexcept {
        return !is_copied() && PQfformat(result_, column) == 0;
    }

    const PGresult* result_;
    int index_ = 0;
    std::span<const Value> values_;
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
    /// A row of a COPY with these columns.
    [[nodiscard]] Row copied(std::span<const Value> values) const noexcept { return {result_.get(), values}; }
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
