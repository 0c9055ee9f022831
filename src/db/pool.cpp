#include "db/pool.hpp"

#include "base/offload.hpp"
#include "db/error.hpp"

#include <poll.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace wdx::db {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr auto kFirstBackoff = 50ms;
constexpr auto kLastBackoff = 1000ms;
constexpr auto kPollInterval = 20ms;
constexpr std::string_view kRequests = "requests";
constexpr std::size_t kJobStreams = 2;  ///< of the program's own at a time: one begins one while it reads another
constexpr std::size_t kJobs = 3;  ///< as many as there are (history, probabilities, alerts): none waits for another

/// An idle connection on which something arrives was closed by the server, or told so.
bool has_unasked_input(PGconn* connection) {
    pollfd descriptor{.fd = PQsocket(connection), .events = POLLIN, .revents = 0};
    return ::poll(&descriptor, 1, 0) != 0;
}

ConnectOptions with_timeout(ConnectOptions options, std::chrono::milliseconds timeout) {
    options.statement_timeout = timeout;
    return options;
}

}  // namespace

Pool::Pool(asio::any_io_executor executor, asio::thread_pool& workers, asio::thread_pool& cancellers,
           PoolOptions options)
    : executor_(std::move(executor)),
      workers_(workers),
      cancellers_(cancellers),
      options_(std::move(options)),
      job_connect_(with_timeout(options_.connect, options_.job_timeout)),
      reports_(make_lane("reports", options_.report_connections, options_.report_queue)),
      lists_(make_lane("lists", options_.list_connections, options_.stream_queue)),
      exports_(make_lane("exports", options_.export_connections, options_.stream_queue)),
      job_streams_(std::make_shared<Lane>(executor_, LaneOptions{.name = "jobs", .places = kJobStreams})),
      jobs_(std::make_shared<Lane>(executor_, LaneOptions{.name = "jobs", .places = kJobs})),
      idle_(std::make_shared<IdleConnections>(cancellers)) {}

std::shared_ptr<Lane> Pool::make_lane(std::string_view name, std::size_t places, std::size_t queue) const {
    return std::make_shared<Lane>(executor_, LaneOptions{.name = name,
                                                         .places = places,
                                                         .queue = queue,
                                                         .share = options_.owner_share,
                                                         .patience = options_.patience});
}

void Pool::start(std::function<void(bool, const std::string&)> on_change) {
    on_change_ = std::move(on_change);
    for (std::size_t i = 0; i < options_.connections; ++i) connections_.push_back(add_connection(options_.connect));
}

std::shared_ptr<Connection> Pool::add_connection(const ConnectOptions& options) {
    auto connection = std::make_shared<Connection>(executor_, options, cancellers_);
    asio::co_spawn(executor_, keep_connected(connection), asio::detached);
    return connection;
}

void Pool::drain() {
    draining_ = true;
    for (const auto& lane : {reports_, lists_, exports_, job_streams_, jobs_}) lane->close();
    for (const auto& connection : workmen_) connection->abandon_all();
}

void Pool::stop() {
    stopping_ = true;
    drain();
    for (const Connections* some : all_connections())
        for (const auto& connection : *some) connection->stop();
    idle_->connections.clear();
}

asio::awaitable<void> Pool::keep_connected(std::shared_ptr<Connection> connection) {
    auto backoff = kFirstBackoff;
    while (!stopping_) {
        std::string why = "the connection was lost";
        const auto started = std::chrono::steady_clock::now();
        try {
            co_await connection->run(workers_, [this] { report(true, "connected"); });
        } catch (const DbError& error) {
            why = error.message();
        } catch (const std::exception& error) {
            why = error.what();
        }
        if (stopping_) break;
        if (!is_up()) report(false, why);
        if (std::chrono::steady_clock::now() - started > kLastBackoff) backoff = kFirstBackoff;
        const auto until = std::chrono::steady_clock::now() + backoff;
        backoff = std::min(backoff * 2, decltype(backoff)(kLastBackoff));
        asio::steady_timer timer(executor_);
        while (!stopping_ && std::chrono::steady_clock::now() < until) {
            timer.expires_after(kPollInterval);  // short, so that `stop` need not wake anybody
            co_await timer.async_wait(asio::use_awaitable);
        }
    }
}

void Pool::report(bool up, const std::string& why) {
    if (reported_ == up) return;
    reported_ = up;
    if (on_change_) on_change_(up, why);
}

void Pool::forget_prepared() {
    for (const Connections* some : all_connections())
        for (const auto& connection : *some) connection->forget_prepared();
}

std::vector<const Pool::Connections*> Pool::all_connections() const {
    return {&connections_, &reporters_, &workmen_};
}

bool Pool::is_up() const noexcept {
    return std::any_of(connections_.begin(), connections_.end(), [](const auto& c) { return c->is_ready(); });
}

PoolStatus Pool::status() const {
    PoolStatus status;
    for (const auto& connection : connections_) {
        if (connection->is_ready()) ++status.connections_up;
        status.batches.push_back(connection->in_flight());
    }
    const std::size_t requests = requests_in_flight();
    status.classes = {{.name = kRequests,
                       .running = requests,
                       .waiting = 0,
                       .is_full = requests >= options_.queue,
                       .refused = requests_refused_},
                      reports_->status(),
                      lists_->status(),
                      exports_->status()};
    return status;
}

/// Without edits, which may wait for the core: they count for themselves.
std::size_t Pool::requests_in_flight() const {
    std::size_t total = 0;
    for (const auto& connection : connections_)
        if (connection.get() != editor_) total += connection->in_flight();
    return total;
}

/// @return nullptr while it is being made: then the edit goes where writes go
Connection* Pool::pick_for_edit() {
    if (editor_ == nullptr) {
        connections_.push_back(add_connection(options_.connect));
        editor_ = connections_.back().get();
    }
    return editor_->is_ready() ? editor_ : nullptr;
}

Connection* Pool::pick(Work work) {
    Connection* best = work == Work::edit ? pick_for_edit() : nullptr;
    std::size_t idle = 0;  // for whatever is slow
    const auto ready = std::count_if(connections_.begin(), connections_.end(),
                                     [&](const auto& c) { return c->is_ready() && c.get() != editor_; });
    const auto load = [](const Connection& c) { return std::pair(c.slow_in_flight(), c.in_flight()); };
    for (std::size_t i = 0; i < connections_.size() && (best == nullptr || best != editor_); ++i) {
        Connection* const connection = connections_[i].get();
        if (connection == editor_ || !connection->is_ready()) continue;
        if (work == Work::read && i >= options_.connections) continue;
        // Whatever the others wait for: one connection always answers reads.
        if (work != Work::read && i == 0 && ready > 1) continue;
        if (connection->in_flight() == 0) ++idle;
        if (best == nullptr || load(*connection) < load(*best)) best = connection;
    }
    // While the others reconnect, any that is up serves everybody: what `is_up` promises is true.
    for (const auto& connection : connections_)
        if (best == nullptr && connection->is_ready()) best = connection.get();
    if (best == nullptr) throw DbError::unavailable("connect", "no connection to the database", false);
    if ((best == editor_ ? best->in_flight() : requests_in_flight()) >= options_.queue) {
        ++requests_refused_;
        throw DbError::busy(std::string(kRequests));
    }
    const std::size_t editors = editor_ == nullptr ? 0 : 1;
    const bool may_grow = connections_.size() < options_.connections + options_.write_connections + editors;
    // It may take long: what comes next should not wait behind it.
    const bool is_short = (work == Work::write && best->in_flight() > 0) || (work == Work::slow && idle <= 1);
    if (is_short && may_grow) connections_.push_back(add_connection(options_.connect));
    return best;
}

asio::awaitable<void> Pool::execute(Batch& batch, Work work, LeaveSlot* leave) {
    batch.is_slow_ = work == Work::slow;
    Connection* const connection = pick(work);
    co_await run(*connection, batch, leave);
}

asio::awaitable<void> Pool::execute_report(Batch& batch, Caller caller) {
    const Lane::Place place = co_await reports_->enter(caller);
    Connection* const connection = co_await free_connection(reporters_, *reports_, options_.connect);
    co_await run(*connection, batch, caller.leave);
}

asio::awaitable<void> Pool::execute_job(Batch& batch) {
    const Caller nobody;
    const Lane::Place place = co_await jobs_->enter(nobody);
    Connection* const connection = co_await free_connection(workmen_, *jobs_, job_connect_);
    if (draining_) throw DbError::abandoned("jobs");
    co_await run(*connection, batch, nullptr);
}

/// There are as many as places of the lane, and the caller has one.
asio::awaitable<Connection*> Pool::free_connection(Connections& connections, const Lane& lane,
                                                   const ConnectOptions& options) {
    const auto deadline = std::chrono::steady_clock::now() + options_.connect.connect_timeout;
    asio::steady_timer timer(executor_);
    while (is_up() && std::chrono::steady_clock::now() < deadline) {
        for (const auto& connection : connections)
            if (connection->is_ready() && connection->in_flight() == 0) co_return connection.get();
        if (connections.size() < lane.status().running) connections.push_back(add_connection(options));
        timer.expires_after(kPollInterval);
        co_await timer.async_wait(asio::use_awaitable);
    }
    throw DbError::unavailable("connect", "no connection to the database", false);
}

asio::awaitable<void> Pool::run(Connection& connection, Batch& batch, LeaveSlot* leave) {
    for (std::size_t i = 0; i < batch.size_; ++i) batch.statements_[i].rows = {};
    batch.error_.reset();
    const ClientWatch watch(leave, [&connection, &batch] { connection.abandon(batch); });
    // A named lambda: g++ 12 destroys captures of one inside a co_await expression twice (GCC bug 107288).
    auto submit = [&connection, &batch](auto handler) {
        batch.done_.emplace(std::move(handler));
        connection.submit(batch);
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(submit, asio::use_awaitable);
    if (batch.error_) throw DbError(*batch.error_);
}

asio::awaitable<std::unique_ptr<Stream>> Pool::open_stream(const Query& query, std::vector<Param> params, Streams kind,
                                                           Caller caller) {
    std::shared_ptr<Lane> lane = job_streams_;
    if (kind != Streams::jobs) lane = kind == Streams::lists ? lists_ : exports_;
    Lane::Place place = co_await lane->enter(caller);
    ConnectionPtr connection;
    while (!idle_->connections.empty() && !connection) {
        connection = std::move(idle_->connections.back());
        idle_->connections.pop_back();
        if (has_unasked_input(connection.get())) connection.reset();
    }
    if (!connection) {
        auto connect = [options = options_.connect] { return connect_blocking(options, 0ms); };
        connection = co_await base::offload(workers_, std::move(connect));
        PQsetnonblocking(connection.get(), 1);
    }
    auto stream =
        std::make_unique<Stream>(executor_, idle_, std::move(place), std::move(connection), std::string(query.name));
    stream->start(query, params, !options_.connect.prepared_statements);
    co_return stream;
}

void Pool::check_stalled() {
    const auto now = std::chrono::steady_clock::now();
    for (const Connections* some : all_connections())
        for (const auto& connection : *some) connection->check_stalled(now);
}

void Pool::check_stalled(std::chrono::milliseconds limit) {
    const auto now = std::chrono::steady_clock::now();
    const auto waits = [&](const auto& connection) { return connection->has_waited(limit, now); };
    if (std::none_of(connections_.begin(), connections_.end(), waits)) return check_stalled();
    for (const Connections* some : all_connections())
        for (const auto& connection : *some) connection->close();
    idle_->connections.clear();
    for (Stream* stream : idle_->streams) stream->lose();
}

}  // namespace wdx::db
