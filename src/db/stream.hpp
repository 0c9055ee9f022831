#pragma once

#include "db/batch.hpp"
#include "db/connection.hpp"
#include "db/copied_row.hpp"
#include "db/lane.hpp"

#include <list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/thread_pool.hpp>

namespace wdx::db {

class Stream;

/// The connections that are kept for the next streams, and the streams that there are.  Belongs to the event loop.
struct IdleConnections {
    explicit IdleConnections(boost::asio::thread_pool& pool) : cancellers(pool) {}

    boost::asio::thread_pool& cancellers;
    std::vector<ConnectionPtr> connections;
    std::set<Stream*> streams;
};

/// A running SELECT on a connection of its own, as a COPY: rows are read only when they are asked for, so a slow client
/// makes PostgreSQL wait instead of filling memory (docs/adr/0022).  Belongs to the event loop's thread.
class Stream {
  public:
    Stream(const boost::asio::any_io_executor& executor, std::shared_ptr<IdleConnections> idle, Lane::Place place,
           ConnectionPtr connection, std::string statement);
    /// Gives the connection back when the statement is finished; otherwise cancels it and drops the connection.
    ~Stream();
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    /// @return the next row if it is already here, otherwise none: then `finished()`, or `wait()` for more.  It is
    /// valid
    ///         until the next call
    /// @throws DbError; std::runtime_error when it is no row
    std::optional<Row> next();
    [[nodiscard]] bool finished() const noexcept { return finished_; }
    /// No rows, with the columns that they have, also where there are none: once there was a row, or it is
    /// `finished()`.
    [[nodiscard]] const Rows& shape() const noexcept { return shape_; }
    /// Waits for input.  @throws DbError when the connection breaks
    boost::asio::awaitable<void> wait();
    /// Makes a pending `wait` fail: the client has left.
    void cancel();
    /// Makes a pending `wait` fail, and the next one: the server does not answer.
    void lose();

  private:
    friend class Pool;
    struct MessageDeleter {
        void operator()(char* message) const noexcept { PQfreemem(message); }
    };
    using MessagePtr = std::unique_ptr<char, MessageDeleter>;

    /// @param pins  behind a pooler: pins settings for this statement alone
    void start(const Query& query, const std::vector<Param>& params, bool pins);
    void send(const std::string& sql);
    [[nodiscard]] std::string literal(const Param& param) const;
    /// What libpq has while no rows come.
    void take_result();
    boost::asio::awaitable<void> wait_for(boost::asio::posix::descriptor_base::wait_type what);
    [[nodiscard]] DbError lost() const;

    std::shared_ptr<IdleConnections> idle_;
    Lane::Place place_;
    ConnectionPtr connection_;
    boost::asio::posix::stream_descriptor socket_;
    std::string statement_;
    std::string unsent_;  ///< what follows when the settings have been pinned
    Rows shape_;
    std::optional<CopyReader> reader_;  ///< while rows come
    MessagePtr message_;                ///< with the row that was given last
    std::list<std::string> decoded_;    ///< of that row
    bool has_looked_ = false;           ///< for input without waiting, since something came last
    bool finished_ = false;
    bool cancelled_ = false;
    bool is_lost_ = false;
};

}  // namespace wdx::db
