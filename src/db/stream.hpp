#pragma once

#include "db/batch.hpp"
#include "db/connection.hpp"

#include <memory>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/thread_pool.hpp>

namespace wdx::db {

/// The dedicated connections: how many more may be in use, and those kept for the next stream.  Belongs to the event
/// loop.
struct StreamSlots {
    StreamSlots(boost::asio::thread_pool& pool, std::size_t limit) : cancellers(pool), free(limit) {}

    boost::asio::thread_pool& cancellers;
    std::size_t free;
    std::vector<ConnectionPtr> idle;
};

/// A running statement on a connection of its own, in single-row mode: rows are read only when they are asked for, so
/// a slow client makes PostgreSQL wait instead of filling memory.  Belongs to the event loop's thread.
class Stream {
  public:
    Stream(const boost::asio::any_io_executor& executor, std::shared_ptr<StreamSlots> slots, ConnectionPtr connection,
           std::string statement);
    /// Gives the connection back when the statement is finished; otherwise cancels it and drops the connection.
    ~Stream();
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    /// @return the next row if it is already here, otherwise an empty pointer: then `finished()`, or `wait()` for more
    /// @throws DbError
    ResultPtr next();
    [[nodiscard]] bool finished() const noexcept { return finished_; }
    /// What columns the rows have, also where there are none; nullptr until `finished()`.
    [[nodiscard]] const PGresult* shape() const noexcept { return shape_.get(); }
    /// Waits for input.  @throws DbError when the connection breaks
    boost::asio::awaitable<void> wait();
    /// Makes a pending `wait` fail: the client has left.
    void cancel();

  private:
    friend class Pool;
    void start(const Query& query, const std::vector<Param>& params);

    std::shared_ptr<StreamSlots> slots_;
    ConnectionPtr connection_;
    boost::asio::posix::stream_descriptor socket_;
    std::string statement_;
    ResultPtr shape_;
    bool finished_ = false;
    bool cancelled_ = false;
};

}  // namespace wdx::db
