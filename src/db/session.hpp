#pragma once

#include "db/error.hpp"
#include "db/pinned_settings.hpp"
#include "db/rows.hpp"

#include <chrono>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <libpq-fe.h>

namespace wdx::db {

/// A blocking connection for commands and migrations; never used on the event loop's thread.
/// One thread at a time.  Works behind a pooler in transaction mode: no named statements, and there no session state
/// but parameters that PgBouncer tracks (client_encoding, TimeZone, DateStyle, standard_conforming_strings).
class Session {
  public:
    /// True when libpq can read `url` (URI or key=value).  Says nothing about whether a server is there.
    static bool is_valid_url(const std::string& url);

    /// Connects.  Understands everything libpq does (URI or key=value, several hosts, TLS parameters).
    /// Settings that answers depend on are pinned (pinned_settings.hpp), client_encoding is UTF8.  Notices are dropped.
    /// @param timeout  for each host; a `connect_timeout` in the url wins, and libpq waits at least two seconds
    /// @throws DbError (`is_unavailable()`) when no host lets us in, whatever the reason
    static Session connect(const std::string& url, std::chrono::seconds timeout);

    using Param = std::optional<std::string_view>;  ///< text format; nullopt is NULL

    /// Runs one statement with `$n` parameters in text format; values come back as text.
    /// A parameter that holds a NUL is refused as the server would refuse it (22021).
    /// @throws DbError
    Rows execute(std::string_view sql, std::initializer_list<Param> params = {});
    /// Runs a script of several statements without parameters (simple query protocol).
    /// @throws DbError
    void execute_script(std::string_view sql);

    /// BEGIN (READ COMMITTED, whatever the database's default) now, COMMIT by `commit()`, ROLLBACK by the destructor.
    class Transaction {
      public:
        /// @param statement_timeout  zero is none.  It is set by SET LOCAL, because PgBouncer refuses the connection
        ///                           parameter `options`, and a plain SET would stay with the pooled connection.
        explicit Transaction(Session& session, std::chrono::milliseconds statement_timeout = {});
        Transaction(const Transaction&) = delete;
        Transaction& operator=(const Transaction&) = delete;
        ~Transaction();
        /// @throws DbError, also when the transaction had already failed and the server rolled it back
        void commit();

      private:
        Session& session_;
        bool open_ = true;
    };

    /// True when a pooler (PgBouncer, Odyssey, pgcat) answers for the server: the process number that it announced
    /// when we connected is not that of the backend that runs our statements.
    /// @throws DbError
    bool has_pooler();

    /// False once the connection is lost; it does not come back.
    [[nodiscard]] bool is_connected() const noexcept { return PQstatus(raw()) == CONNECTION_OK; }

    [[nodiscard]] PGconn* raw() const noexcept { return connection_.get(); }

  private:
    struct Closer {
        void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
    };
    explicit Session(PGconn* connection) : connection_(connection) {}
    /// Turns a failed result into a DbError.
    Rows accept(ResultPtr result, std::string_view sql);
    [[nodiscard]] std::string pins(PinFor pin_for) const;

    std::unique_ptr<PGconn, Closer> connection_;
};

}  // namespace wdx::db
