#pragma once

#include "db/error.hpp"
#include "db/rows.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/any_completion_handler.hpp>

namespace wdx::db {

/// A named statement; the name appears in logs and is the prepared statement's.  Both views outlive the program's use
/// of it (statements are constants beside their only user); of one that is not prepared only until it is answered.
struct Query {
    std::string_view name;
    std::string_view sql;
    bool prepared = true;  ///< false: made for one request, planned each time
};

/// One `$n`, in PostgreSQL's text format; an empty optional is NULL.  Text must not contain a NUL byte.
/// The constructors are implicit, so that the values of a statement stand in a plain list.
class Param {
  public:
    Param(std::nullopt_t) {}
    Param(std::string_view text) : text_(text) {}
    Param(const char* text) : text_(text) {}
    Param(const std::string& text) : text_(text) {}
    Param(std::int64_t value) : text_(std::to_string(value)) {}
    Param(std::int32_t value) : text_(std::to_string(value)) {}
    template <typename Value>
    Param(const std::optional<Value>& value) {
        if (value) *this = Param(*value);
    }

    [[nodiscard]] const char* data() const noexcept { return text_ ? text_->c_str() : nullptr; }

  private:
    std::optional<std::string> text_;
};

/// Statements that travel together and end with one Sync: one round trip, one implicit transaction (PostgreSQL manual,
/// section 34.5 "Pipeline Mode").  When one fails, none has happened.
/// Lives in the frame of the coroutine that awaits it; the connection only points to it.
class Batch {
  public:
    static constexpr std::size_t kMaxStatements = 6;

    Batch() = default;
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;

    /// Appends a statement. @return its index, for `rows()`
    std::size_t add(const Query& query, std::vector<Param> params);

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] const Rows& rows(std::size_t index) const noexcept { return statements_[index].rows; }
    [[nodiscard]] Rows take_rows(std::size_t index) noexcept { return std::move(statements_[index].rows); }

  private:
    friend class Connection;
    friend class Pool;

    struct Statement {
        const Query* query = nullptr;
        std::vector<Param> params;
        Rows rows;
    };

    std::array<Statement, kMaxStatements> statements_;
    std::size_t size_ = 0;
    bool is_slow_ = false;  ///< others should not wait behind it
    std::optional<DbError> error_;
    /// Optional, so that it is constructed in place: its move assignment recurses without end in Boost 1.81.
    std::optional<boost::asio::any_completion_handler<void()>> done_;
};

}  // namespace wdx::db
