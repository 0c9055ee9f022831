#pragma once

#include <exception>
#include <string>

namespace wdx::db {

/// PostgreSQL refused a statement, or is away.  One exception with properties; callers look at those.
/// Its text is for the log only: it may hold SQL and server messages.
class DbError : public std::exception {
  public:
    /// A statement that the server refused.
    /// @param sqlstate   five characters (PostgreSQL manual, appendix A), empty when there is none
    /// @param statement  name of the query, for the log
    /// @param message    the server's primary message
    DbError(std::string sqlstate, std::string statement, std::string message);

    /// A server that cannot be reached, or a connection that broke.
    /// @param outcome_unknown  the statement had been sent: it may or may not have been committed
    static DbError unavailable(std::string statement, std::string message, bool outcome_unknown);
    /// The client has left, so that nobody wants the answer; it `is_unavailable()`, too.
    static DbError abandoned(std::string statement);
    /// Too much work of a class is under way; it `is_unavailable()`, too, and its message may be sent to clients.
    /// @param work  `reports`
    static DbError busy(const std::string& work);

    [[nodiscard]] const char* what() const noexcept override { return what_.c_str(); }
    [[nodiscard]] const std::string& sqlstate() const noexcept { return sqlstate_; }
    [[nodiscard]] const std::string& statement() const noexcept { return statement_; }
    [[nodiscard]] const std::string& message() const noexcept { return message_; }
    /// The database is away, starting up, shutting down or out of connections: answer 503 and try later.
    [[nodiscard]] bool is_unavailable() const noexcept;
    /// The client has left.
    [[nodiscard]] bool is_abandoned() const noexcept { return abandoned_; }
    /// There is too much of this work at the moment; other work is served.
    [[nodiscard]] bool is_busy() const noexcept { return busy_; }
    /// The connection was lost after the statement had been sent.
    [[nodiscard]] bool outcome_unknown() const noexcept { return outcome_unknown_; }
    /// It ran into the statement timeout (57014), or somebody cancelled it.
    [[nodiscard]] bool is_timeout() const noexcept;
    /// A text has characters that the database's encoding, another one than UTF8, does not have (22P05).
    [[nodiscard]] bool is_untranslatable() const noexcept;
    /// A table, column or time zone is not what it was when the statement was written (42P01, 42703, 0A000, 22023).
    [[nodiscard]] bool is_schema_mismatch() const noexcept;

  private:
    std::string sqlstate_;
    std::string statement_;
    std::string message_;
    std::string what_;
    bool unavailable_ = false;
    bool abandoned_ = false;
    bool busy_ = false;
    bool outcome_unknown_ = false;
};

}  // namespace wdx::db
