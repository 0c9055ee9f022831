#pragma once

#include "db/batch.hpp"
#include "db/connection.hpp"
#include "db/lane.hpp"

#include <memory>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/thread_pool.hpp>

namespace wdx::db {

/// The connections that are kept for the next streams.  Belongs to the event loop.
struct IdleConnections {
    explicit IdleConnections(boost::asio::thread_pool& pool) : cancellers(pool) {}

    boost::asio::thread_pool& cancellers;
    std::vector<ConnectionPtr> connections;
};

/// A running statement on a connection of its own, in single-row mode: rows are read only when they are asked for, so
/// a slow client makes PostgreSQL wait instead of filling memory.  Belongs to the event loop's thread.
class Stream {
  public:
    Stream(const boost::asio::any_io_executor& executor, std::shared_ptr<IdleConnections> idle, Lane::Place place,
           ConnectionPtr connection, std::string statement);
    /// Gives the connection back when the statement is finished; otherwise cancels it and drops the connection.
    ~Stream();
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    /// @return the next row if it is already here, otherwise none: then `finished()`, or `wait()` for more
    /// @throws DbError
    Rows next();
    [[nodiscard]] bool finished() const noexcept { return finished_; }
    /// No rows, with the columns that they have, also where there were none; once it is `finished()`.
    [[nodiscard]] const Rows& shape() const noexcept { return shape_; }
    /// Waits for input.  @throws DbError when the connection breaks
    boost::asio::awaitable<void> wait();
    /// Makes a pending `wait` fail: the client has left.
    void cancel();

  private:
    friend class Pool;
    /// @param pins  behind a pooler: pins settings for this statement alone
    void start(const Query& query, const std::vector<Param>& params, bool pins);

    std::shared_ptr<IdleConnections> idle_;
    Lane::Place place_;
    ConnectionPtr connection_;
    boost::asio::posix::stream_descriptor socket_;
    std::string statement_;
    Rows shape_;
    int ahead_ = 0;  ///< statements before the one whose rows are wanted
    bool finished_ = false;
    bool cancelled_ = false;
};

}  // namespace wdx::db
