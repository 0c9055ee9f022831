#pragma once

#include "db/batch.hpp"

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/thread_pool.hpp>

namespace wdx::db {

struct ConnectOptions {
    std::string url;  ///< libpq URI or key=value string; several hosts and TLS as libpq has them
    std::chrono::seconds connect_timeout{5};  ///< for each host
    std::chrono::milliseconds statement_timeout{30'000};
    bool prepared_statements = true;  ///< off behind PgBouncer in transaction mode
};

struct ConnectionCloser {
    void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
};
using ConnectionPtr = std::unique_ptr<PGconn, ConnectionCloser>;

/// Connects, blocking: for worker threads only (name resolution in libpq has no asynchronous form).
/// Pins the settings that answers depend on (pinned_settings.hpp), unless it goes through a pooler.
/// @param statement_timeout  applied likewise; zero is none
/// @throws DbError that `is_unavailable()`
ConnectionPtr connect_blocking(const ConnectOptions& options, std::chrono::milliseconds statement_timeout);

/// One libpq connection in pipeline mode, shared by many requests in flight.  Each Batch ends with its own Sync, so a
/// failing one does not disturb its neighbours.  Without prepared statements, which is behind a pooler, only one of
/// them is on its way at a time.  Belongs to the event loop's thread.
class Connection : public std::enable_shared_from_this<Connection> {
  public:
    /// @param cancellers  a thread for PQcancel, which may block for long when the server is out of reach
    Connection(boost::asio::any_io_executor executor, const ConnectOptions& options,
               boost::asio::thread_pool& cancellers);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Connects on `workers`, then reads results until the connection breaks.  Every batch in flight has then been
    /// answered: with a DbError that `is_unavailable()` and whose `outcome_unknown()` is set.
    /// @param on_ready  called once it is connected
    /// @throws DbError when it cannot connect
    boost::asio::awaitable<void> run(boost::asio::thread_pool& workers, std::function<void()> on_ready);

    [[nodiscard]] bool is_ready() const noexcept { return ready_; }
    [[nodiscard]] std::size_t in_flight() const noexcept { return in_flight_.size(); }
    [[nodiscard]] std::size_t slow_in_flight() const noexcept { return slow_; }

    /// Sends a batch; its `done_` is called on the event loop when it is answered.  Needs `is_ready()`.
    void submit(Batch& batch);

    /// Nobody wants the answer to a batch any more: when its turn has come, the server is asked to give it up.  It is
    /// still answered, mostly by an error.  Its neighbours do not notice: one that was hit instead is sent again.
    void abandon(const Batch& batch);

    /// The same of all that are in flight.
    void abandon_all();

    /// Drops all prepared statements; later batches prepare theirs again.  For plans whose tables have changed.
    void forget_prepared();

    /// Breaks the connection: `run` ends.
    void close();
    /// Breaks it for good: a `run` that is still connecting ends as soon as it has.
    void stop();
    /// Breaks it when the oldest batch has waited far beyond the statement timeout: the server is unreachable.
    void check_stalled(std::chrono::steady_clock::time_point now);
    /// The oldest batch has waited for so long.
    [[nodiscard]] bool has_waited(std::chrono::milliseconds limit, std::chrono::steady_clock::time_point now) const;

  private:
    /// One command on the wire, in the order in which its results come back.
    struct Command {
        enum class Kind : std::uint8_t { statement, prepare, housekeeping };
        Kind kind;
        std::size_t statement;  ///< index into the batch; for `prepare` the one it is for
    };
    /// What lies between two Syncs.
    struct Pending {
        Batch* batch;                                ///< nullptr for housekeeping of ours
        std::chrono::steady_clock::time_point sent;  ///< or when it became the oldest
        unsigned generation;                         ///< of the prepared statements that it uses
        std::vector<Command> commands;
        std::size_t current = 0;  ///< the command whose results come next
        bool is_abandoned = false;
        bool is_cancelled = false;  ///< the server has been asked to give it up
        bool may_be_hit = false;    ///< by a cancellation that was meant for one before it

        /// Behind a pooler a batch may still wait for those before it; housekeeping never does.
        [[nodiscard]] bool was_sent() const noexcept { return batch == nullptr || !commands.empty(); }
    };

    void send(Pending& pending);
    bool send_statements(Pending& pending);
    bool may_use_name(const Query& query);
    void end_prepare(const Pending& pending, const Command& command, bool is_there);
    bool send_prepare(const Query& query);
    [[nodiscard]] std::string prepared_name(const Query& query) const;
    void sync();
    void flush();
    /// @return false when the connection is lost
    bool read_results();
    void take_result(ResultPtr result);
    void take_error(Pending& pending, const PGresult* result);
    void finish_front();
    static void mark_abandoned(Pending& pending);
    void cancel_front();
    void end_cancel();
    void fail_all(const std::string& why);

    boost::asio::any_io_executor executor_;
    ConnectOptions options_;
    boost::asio::thread_pool& cancellers_;
    ConnectionPtr connection_;
    boost::asio::posix::stream_descriptor socket_;
    std::deque<Pending> in_flight_;
    std::string pins_;                                ///< behind a pooler: what each batch begins with
    std::unordered_set<std::string_view> prepared_;   ///< names of Query constants that the server has
    std::unordered_set<std::string_view> preparing_;  ///< names of those that are on their way
    unsigned generation_ = 0;                         ///< part of prepared names; counts how often all were forgotten
    std::size_t slow_ = 0;                            ///< batches in flight that others should not wait behind
    bool ready_ = false;
    bool flushing_ = false;
    bool cancelling_ = false;
    bool stopped_ = false;
};

}  // namespace wdx::db
