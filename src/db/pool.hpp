#pragma once

#include "db/batch.hpp"
#include "db/connection.hpp"
#include "db/lane.hpp"
#include "db/stream.hpp"

#include <memory>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

namespace wdx::db {

struct PoolOptions {
    ConnectOptions connect;
    std::size_t connections = 4;  ///< shared, in pipeline mode; the first one is for reads where there are others
    std::size_t write_connections = 12;  ///< at most so many more, opened when writes have to wait for each other
    std::size_t queue = 1024;            ///< batches in flight over all shared connections
    std::size_t report_connections = 2;  ///< at most so many, with one report at a time each
    std::size_t report_queue = 64;       ///< reports that wait for one
    std::size_t list_connections = 8;    ///< at most so many, with one long list at a time each
    std::size_t export_connections = 4;  ///< the same, kept for exports
    std::size_t stream_queue = 64;       ///< long lists that wait for one, and as many exports
    unsigned owner_share = 50;           ///< percent of these connections and queues that one operator may have
    std::chrono::milliseconds patience{30'000};  ///< how long a report or a stream waits
    std::chrono::milliseconds job_timeout{0};    ///< in the place of the statement timeout, for the program's own work
};

/// What a batch of a request does.  Reads share few connections, for a pipeline is the fastest way to PostgreSQL's
/// processor time.  Slower ones would hold up all that are behind them: `slow`, such as a part of a list, and writes,
/// which mostly wait for the disk and of which only commits on different connections share one flush of it.  Edits of
/// the core's tables happen one after the other anyway, and may wait for the core: they have one connection for
/// themselves.
enum class Work { read, slow, write, edit };

/// Long lists; exports, for which connections are kept that lists never get; and what the program reads by itself.
enum class Streams { lists, exports, jobs };

/// What the pool is doing at a moment.
struct PoolStatus {
    std::size_t connections_up = 0;    ///< of the shared ones
    std::vector<std::size_t> batches;  ///< in flight on each shared connection, those that are down included
    std::vector<LaneStatus> classes;   ///< requests, reports, lists, exports
};

/// The program's way to PostgreSQL: a few pipelined connections that all requests share; some with one report at a time
/// each; and dedicated ones for long lists and for exports.  None of these classes waits for another.  Reconnects by
/// itself, with backoff.  Belongs to the event loop's thread.
class Pool {
  public:
    /// @param workers     threads for connecting, which libpq cannot do without blocking
    /// @param cancellers  a thread for PQcancel, which may block for long when the server is out of reach
    Pool(boost::asio::any_io_executor executor, boost::asio::thread_pool& workers, boost::asio::thread_pool& cancellers,
         PoolOptions options);

    /// Starts connecting.  `on_change(true)` is called when the first connection is up, `on_change(false)` when the
    /// last one is lost or the first attempt failed, with the reason.
    void start(std::function<void(bool up, const std::string& why)> on_change);
    /// No report, no stream and no job begins any more; those that wait are refused, jobs that run are cancelled.
    void drain();
    /// Ends all connections; what is in flight is answered with an error.
    void stop();

    /// Runs a batch of a request in one round trip.
    /// @param leave  filled until it is answered
    /// @throws DbError: refused; `is_unavailable()` when no connection is up, the client has left, or the connection
    ///         broke (then `outcome_unknown()`); `is_busy()` when too many batches are queued
    boost::asio::awaitable<void> execute(Batch& batch, Work work = Work::read, LeaveSlot* leave = nullptr);

    /// Runs a batch that may take long, when its turn has come.
    /// @throws DbError as `execute`
    boost::asio::awaitable<void> execute_report(Batch& batch, Caller caller);

    /// Runs a batch of the program's own that looks at all users, on a connection that is kept for such.  In the place
    /// of the statement timeout there is `job_timeout`.
    /// @throws DbError as `execute`
    boost::asio::awaitable<void> execute_job(Batch& batch);

    /// Starts a statement on a dedicated connection whose rows are read one by one, with backpressure, when its turn
    /// has come.  The statement timeout does not apply.
    /// @throws DbError as `execute`
    boost::asio::awaitable<std::unique_ptr<Stream>> open_stream(const Query& query, std::vector<Param> params,
                                                                Streams kind, Caller caller);

    /// Drops the prepared statements of all connections: a table that they read has changed.
    void forget_prepared();

    [[nodiscard]] bool is_up() const noexcept;
    [[nodiscard]] PoolStatus status() const;
    [[nodiscard]] bool is_stopping() const noexcept { return stopping_; }

    /// To be called about once a second: breaks connections that do not answer.
    void check_stalled();
    /// The same of a database whose shared connections answer at once, or not at all: when one of them has waited for
    /// `limit`, all connections are broken, those of streams too.
    void check_stalled(std::chrono::milliseconds limit);

  private:
    boost::asio::awaitable<void> keep_connected(std::shared_ptr<Connection> connection);
    void report(bool up, const std::string& why);
    using Connections = std::vector<std::shared_ptr<Connection>>;

    std::shared_ptr<Connection> add_connection(const ConnectOptions& options);
    Connection* pick(Work work);
    Connection* pick_for_edit();
    [[nodiscard]] std::size_t requests_in_flight() const;
    boost::asio::awaitable<Connection*> free_connection(Connections& connections, const Lane& lane,
                                                        const ConnectOptions& options);
    [[nodiscard]] std::vector<const Connections*> all_connections() const;
    static boost::asio::awaitable<void> run(Connection& connection, Batch& batch, LeaveSlot* leave);
    [[nodiscard]] std::shared_ptr<Lane> make_lane(std::string_view name, std::size_t places, std::size_t queue) const;

    boost::asio::any_io_executor executor_;
    boost::asio::thread_pool& workers_;
    boost::asio::thread_pool& cancellers_;
    PoolOptions options_;
    ConnectOptions job_connect_;
    Connections connections_;       ///< of requests
    Connections reporters_;         ///< of reports, made when there are any
    Connections workmen_;           ///< of jobs, likewise
    Connection* editor_ = nullptr;  ///< the request's one that is for edits; made with the first
    // Shared with what runs, because the event loop may destroy that later.
    std::shared_ptr<Lane> reports_;
    std::shared_ptr<Lane> lists_;
    std::shared_ptr<Lane> exports_;
    std::shared_ptr<Lane> job_streams_;
    std::shared_ptr<Lane> jobs_;
    std::shared_ptr<IdleConnections> idle_;
    std::uint64_t requests_refused_ = 0;
    std::function<void(bool, const std::string&)> on_change_;
    std::optional<bool> reported_;
    bool draining_ = false;
    bool stopping_ = false;
};

}  // namespace wdx::db
