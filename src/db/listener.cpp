#include "db/listener.hpp"

#include "base/offload.hpp"
#include "db/error.hpp"

#include <algorithm>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

namespace wdx::db {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kFirstBackoff = 50ms;
constexpr std::chrono::milliseconds kLastBackoff = 2s;
constexpr std::chrono::milliseconds kPoolerPause = 60s;  ///< before a pooler is looked for again

/// A pooler answers for the server: it would lose notifications.
class PoolerFound : public std::exception {
  public:
    [[nodiscard]] const char* what() const noexcept override {
        return "a pooler stands between us and the server, so that it cannot tell us of changes: they are looked for "
               "every few seconds (set WDX_DATABASE_DIRECT_URL)";
    }
};

DbError lost(const PGconn* connection) {
    std::string text = PQerrorMessage(connection);
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return DbError::unavailable("listen", text.empty() ? "the connection was lost" : text, false);
}

}  // namespace

Listener::Listener(asio::any_io_executor executor, asio::thread_pool& workers, ConnectOptions connect,
                   std::string_view channel)
    : executor_(std::move(executor)),
      workers_(workers),
      options_(std::move(connect)),
      channel_(channel),
      socket_(executor_),
      timer_(executor_) {}

asio::awaitable<void> Listener::run(std::function<void()> on_news) {
    std::chrono::milliseconds backoff = kFirstBackoff;
    while (!stopping_) {
        std::chrono::milliseconds wait = backoff;
        const auto started = Clock::now();
        try {
            co_await connect();
            co_await listen(on_news);
        } catch (const PoolerFound& found) {
            tell(found.what());
            wait = kPoolerPause;
        } catch (const std::exception& error) {
            tell(error.what());
        }
        disconnect();
        if (stopping_) break;
        backoff = Clock::now() - started > kLastBackoff ? kFirstBackoff : std::min(backoff * 2, kLastBackoff);
        co_await pause(wait);
    }
}

void Listener::stop() {
    stopping_ = true;
    timer_.cancel();
    if (socket_.is_open()) socket_.cancel();
}

asio::awaitable<void> Listener::connect() {
    // No SET: should a pooler answer, it would stay with somebody else's session.
    auto connect = [options = options_] { return connect_blocking(options, 0ms); };
    connection_ = co_await base::offload(workers_, std::move(connect));
    if (stopping_) throw lost(connection_.get());
    if (PQsetnonblocking(connection_.get(), 1) != 0) throw lost(connection_.get());
    socket_.assign(PQsocket(connection_.get()));
}

asio::awaitable<void> Listener::listen(const std::function<void()>& on_news) {
    const Rows backend = co_await ask("SELECT pg_backend_pid()::text");
    if (backend.front().text(0) != std::to_string(PQbackendPID(connection_.get()))) throw PoolerFound();
    co_await ask("LISTEN " + channel_);
    listening_ = true;
    tell({});
    on_news();
    while (true) {
        // A silent connection may be a dead one.
        if (!co_await wait_for_input(Clock::now() + kProbeInterval)) co_await ask("SELECT 1");
        if (take_notifications()) on_news();
    }
}

/// @throws DbError when the server refuses, is lost or does not answer in time
asio::awaitable<Rows> Listener::ask(const std::string& sql) {
    if (PQsendQuery(connection_.get(), sql.c_str()) == 0) throw lost(connection_.get());
    const auto deadline = Clock::now() + kProbeTimeout;
    Rows answer;
    while (true) {
        if (PQflush(connection_.get()) < 0) throw lost(connection_.get());
        while (PQisBusy(connection_.get()) == 0) {
            ResultPtr result(PQgetResult(connection_.get()));
            if (!result) co_return answer;
            const auto status = PQresultStatus(result.get());
            if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) throw lost(connection_.get());
            answer = Rows(std::move(result));
        }
        if (!co_await wait_for_input(deadline)) throw DbError::unavailable("listen", "no answer in time", false);
    }
}

/// @return false when nothing has come until the deadline
/// @throws DbError when the connection is lost, and after `stop`
asio::awaitable<bool> Listener::wait_for_input(Clock::time_point deadline) {
    timer_.expires_at(deadline);
    timer_.async_wait([this](const boost::system::error_code& cancelled) {
        if (!cancelled && socket_.is_open()) socket_.cancel();
    });
    boost::system::error_code error;
    co_await socket_.async_wait(asio::posix::descriptor_base::wait_read,
                                asio::redirect_error(asio::use_awaitable, error));
    timer_.cancel();
    if (stopping_) throw lost(connection_.get());
    if (error) co_return Clock::now() < deadline;
    if (PQconsumeInput(connection_.get()) == 0) throw lost(connection_.get());
    co_return true;
}

/// @return true when there was one since the last time
bool Listener::take_notifications() {
    bool any = false;
    while (PGnotify* notification = PQnotifies(connection_.get())) {
        any = true;
        PQfreemem(notification);
    }
    return any;
}

asio::awaitable<void> Listener::pause(std::chrono::milliseconds time) {
    timer_.expires_after(time);
    boost::system::error_code cancelled;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
}

void Listener::disconnect() {
    listening_ = false;
    if (socket_.is_open()) socket_.release();
    connection_.reset();
}

/// Each problem once, and its end.
void Listener::tell(const std::string& problem) {
    if (problem == problem_ || stopping_) return;
    problem_ = problem;
    if (problem.empty()) {
        spdlog::info("events: listening to the database");
    } else {
        spdlog::warn("events: {}", problem);
    }
}

}  // namespace wdx::db
