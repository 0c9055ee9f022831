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
constexpr auto kStreamPatience = 10s;  ///< how long a stream waits for a free connection

/// An idle connection on which something arrives was closed by the server, or told so.
bool has_unasked_input(PGconn* connection) {
    pollfd descriptor{.fd = PQsocket(connection), .events = POLLIN, .revents = 0};
    return ::poll(&descriptor, 1, 0) != 0;
}

}  // namespace

Pool::Pool(asio::any_io_executor executor, asio::thread_pool& workers, asio::thread_pool& cancellers,
           PoolOptions options)
    : executor_(std::move(executor)),
      workers_(workers),
      options_(std::move(options)),
      slots_(std::make_shared<StreamSlots>(cancellers, options_.stream_connections)) {}

void Pool::start(std::function<void(bool, const std::string&)> on_change) {
    on_change_ = std::move(on_change);
    for (std::size_t i = 0; i < options_.connections; ++i) add_connection();
}

void Pool::add_connection() {
    connections_.push_back(std::make_shared<Connection>(executor_, options_.connect));
    asio::co_spawn(executor_, keep_connected(connections_.back()), asio::detached);
}

void Pool::stop() {
    stopping_ = true;
    for (const auto& connection : connections_) connection->stop();
    slots_->idle.clear();
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
    for (const auto& connection : connections_) connection->forget_prepared();
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
    status.streams_in_use = options_.stream_connections - slots_->free;
    return status;
}

/// @return nullptr while it is being made: then the edit goes where writes go
Connection* Pool::pick_for_edit() {
    if (editor_ == nullptr) {
        add_connection();
        editor_ = connections_.back().get();
    }
    return editor_->is_ready() ? editor_ : nullptr;
}

Connection* Pool::pick(Work work) {
    Connection* best = work == Work::edit ? pick_for_edit() : nullptr;
    const bool is_chosen = best != nullptr;
    std::size_t total = 0;
    std::size_t idle = 0;  // for whatever is slow
    const auto ready = std::count_if(connections_.begin(), connections_.end(),
                                     [&](const auto& c) { return c->is_ready() && c.get() != editor_; });
    for (std::size_t i = 0; i < connections_.size(); ++i) {
        Connection* const connection = connections_[i].get();
        total += connection->in_flight();
        if (is_chosen || connection == editor_) continue;
        if (work == Work::read && i >= options_.connections) continue;
        // Whatever the others wait for: one connection always answers reads.
        if (work != Work::read && i == 0 && ready > 1) continue;
        if (!connection->is_ready()) continue;
        if (connection->in_flight() == 0) ++idle;
        if (best == nullptr || connection->in_flight() < best->in_flight()) best = connection;
    }
    // While the others reconnect, the one for edits serves everybody: what `is_up` promises is true.
    if (best == nullptr && editor_ != nullptr && editor_->is_ready()) best = editor_;
    if (best == nullptr) throw DbError::unavailable("connect", "no connection to the database", false);
    if (total >= options_.queue)
        throw DbError::unavailable("connect", "too many requests wait for the database", false);
    const std::size_t editors = editor_ == nullptr ? 0 : 1;
    const bool may_grow = connections_.size() < options_.connections + options_.write_connections + editors;
    // A report may take long: whoever comes next should not have to wait behind it.
    const bool is_short = (work == Work::write && best->in_flight() > 0) || (work == Work::report && idle <= 1);
    if (is_short && may_grow) add_connection();
    return best;
}

asio::awaitable<void> Pool::execute(Batch& batch, Work work) {
    Connection* connection = pick(work);
    for (std::size_t i = 0; i < batch.size_; ++i) batch.statements_[i].rows = {};
    batch.error_.reset();
    // A named lambda: g++ 12 destroys captures of one inside a co_await expression twice (GCC bug 107288).
    auto submit = [connection, &batch](auto handler) {
        batch.done_.emplace(std::move(handler));
        connection->submit(batch);
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(submit, asio::use_awaitable);
    if (batch.error_) throw DbError(*batch.error_);
}

asio::awaitable<std::unique_ptr<Stream>> Pool::open_stream(const Query& query, std::vector<Param> params) {
    const auto deadline = std::chrono::steady_clock::now() + kStreamPatience;
    asio::steady_timer timer(executor_);
    while (slots_->free == 0) {
        if (std::chrono::steady_clock::now() >= deadline)
            throw DbError::unavailable(std::string(query.name), "too many long lists at once", false);
        timer.expires_after(kPollInterval);
        co_await timer.async_wait(asio::use_awaitable);
    }
    // Taken before the first wait below and given back by the stream's destructor, or here if there will be none.
    --slots_->free;
    auto give_back = [this](void*) { ++slots_->free; };
    std::unique_ptr<void, decltype(give_back)> slot(this, give_back);
    ConnectionPtr connection;
    while (!slots_->idle.empty() && !connection) {
        connection = std::move(slots_->idle.back());
        slots_->idle.pop_back();
        if (has_unasked_input(connection.get())) connection.reset();
    }
    if (!connection) {
        auto connect = [options = options_.connect] { return connect_blocking(options, 0ms); };
        connection = co_await base::offload(workers_, std::move(connect));
        PQsetnonblocking(connection.get(), 1);
    }
    auto stream = std::make_unique<Stream>(executor_, slots_, std::move(connection), std::string(query.name));
    static_cast<void>(slot.release());
    stream->start(query, params);
    co_return stream;
}

void Pool::check_stalled() {
    const auto now = std::chrono::steady_clock::now();
    for (const auto& connection : connections_) connection->check_stalled(now);
}

}  // namespace wdx::db
