#pragma once

#include "db/batch.hpp"
#include "db/connection.hpp"
#include "db/stream.hpp"

#include <memory>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

namespace wdx::db {

struct PoolOptions {
    ConnectOptions connect;
    std::size_t connections = 4;  ///< shared, in pipeline mode; the first one is for reads where there are others
    std::size_t write_connections = 12;  ///< at most so many more, made when writes have to wait for each other
    std::size_t stream_connections = 4;  ///< at most so many dedicated ones at a time
    std::size_t queue = 1024;            ///< batches in flight over all shared connections
};

/// What a batch does.  Reads share few connections, for a pipeline is the fastest way to PostgreSQL's processor time.
/// Slow ones would hold up all that are behind them: `report`, whatever may look at many rows, and writes, which mostly
/// wait for the disk and of which only commits on different connections share one flush of it.  Edits of the core's
/// tables happen one after the other anyway, and may wait for the core: they have one connection for themselves.
enum class Work { read, report, write, edit };

/// What the pool is doing at a moment.
struct PoolStatus {
    std::size_t connections_up = 0;    ///< of the shared ones
    std::vector<std::size_t> batches;  ///< in flight on each shared connection, those that are down included
    std::size_t streams_in_use = 0;    ///< dedicated connections
};

/// The program's way to PostgreSQL: a few pipelined connections that all requests share, and dedicated ones for long
/// lists.  Reconnects by itself, with backoff.  Belongs to the event loop's thread.
class Pool {
  public:
    /// @param workers     threads for connecting, which libpq cannot do without blocking
    /// @param cancellers  a thread for PQcancel, which may block for long when the server is out of reach
    Pool(boost::asio::any_io_executor executor, boost::asio::thread_pool& workers, boost::asio::thread_pool& cancellers,
         PoolOptions options);

    /// Starts connecting.  `on_change(true)` is called when the first connection is up, `on_change(false)` when the
    /// last one is lost or the first attempt failed, with the reason.
    void start(std::function<void(bool up, const std::string& why)> on_change);
    /// Ends all connections; what is in flight is answered with an error.
    void stop();

    /// Runs a batch in one round trip.
    /// @throws DbError: refused, or `is_unavailable()` when no connection is up, too many batches are queued, or the
    ///         connection broke (then `outcome_unknown()`)
    boost::asio::awaitable<void> execute(Batch& batch, Work work = Work::read);

    /// Starts a statement on a dedicated connection whose rows are read one by one, with backpressure.  Waits for a
    /// free connection.  The statement timeout does not apply.
    /// @throws DbError
    boost::asio::awaitable<std::unique_ptr<Stream>> open_stream(const Query& query, std::vector<Param> params);

    /// Drops the prepared statements of all connections: a table that they read has changed.
    void forget_prepared();

    [[nodiscard]] bool is_up() const noexcept;
    [[nodiscard]] PoolStatus status() const;
    [[nodiscard]] bool is_stopping() const noexcept { return stopping_; }

    /// To be called about once a second: breaks connections that do not answer.
    void check_stalled();

  private:
    boost::asio::awaitable<void> keep_connected(std::shared_ptr<Connection> connection);
    void report(bool up, const std::string& why);
    void add_connection();
    Connection* pick(Work work);
    Connection* pick_for_edit();

    boost::asio::any_io_executor executor_;
    boost::asio::thread_pool& workers_;
    PoolOptions options_;
    std::vector<std::shared_ptr<Connection>> connections_;
    Connection* editor_ = nullptr;  ///< the one of them that is for edits; made with the first one
    std::shared_ptr<StreamSlots> slots_;
    std::function<void(bool, const std::string&)> on_change_;
    std::optional<bool> reported_;
    bool stopping_ = false;
};

}  // namespace wdx::db
