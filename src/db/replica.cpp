#include "db/replica.hpp"

#include "db/error.hpp"
#include "db/server_info.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace wdx::db {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLookEvery = 1s;
constexpr std::chrono::milliseconds kFirstPause = 1ms;
constexpr std::chrono::milliseconds kLastPause = 20ms;

constexpr Query kIdentity{"database_identity", kIdentitySql};

// Up to where the primary has committed.  A commit is in the WAL on disk before anybody hears of it, but where our
// synchronous_commit is off.  Source: PostgreSQL manual, "Backup Control Functions" and "Asynchronous Commit".
constexpr Query kPosition{"wal_position",
                          "SELECT (CASE current_setting('synchronous_commit') WHEN 'off'"
                          " THEN pg_current_wal_insert_lsn() ELSE pg_current_wal_flush_lsn() END)::text"};

// False also of a standby that has been promoted: it goes its own way.
constexpr Query kHasReplayed{"has_replayed",
                             "SELECT coalesce(pg_is_in_recovery() AND pg_last_wal_replay_lsn() >= $1::pg_lsn, false)"};

constexpr std::string_view kBehind = "it is promoted, or more than {} behind";
constexpr std::chrono::milliseconds kPatience = 1s;  ///< beyond the lag that is allowed, until it counts as hanging

/// Not of one statement alone: the standby is away, or going.
bool is_of_the_connection(const DbError& error) {
    const std::string_view state = error.sqlstate();
    return !error.is_busy() && (state.empty() || state.starts_with("08") || state.starts_with("57P"));
}

/// One that everybody shares, and nobody waits long for the others: the primary may have room.
PoolOptions pool_of_standby(const ReplicaOptions& options) {
    PoolOptions pool = options.pool;
    pool.connections = 1;
    pool.write_connections = 0;
    pool.patience = options.max_lag;
    return pool;
}

}  // namespace

Replica::Replica(asio::any_io_executor executor, asio::thread_pool& workers, asio::thread_pool& cancellers,
                 Pool& primary, std::optional<ReplicaOptions> options)
    : executor_(std::move(executor)), primary_(primary), looking_(executor_, [this] { return look(); }) {
    if (!options) return;
    max_lag_ = options->max_lag;
    statement_timeout_ = options->pool.connect.statement_timeout;
    standby_.emplace(executor_, workers, cancellers, pool_of_standby(*options));
}

void Replica::start() {
    if (standby_) standby_->start([](bool, const std::string&) {});  // `look` says what has become of it
}

asio::awaitable<void> Replica::run() {
    if (standby_) co_await looking_.run();
}

void Replica::drain() {
    if (standby_) standby_->drain();
}

void Replica::stop() {
    looking_.stop();
    if (standby_) standby_->stop();
}

void Replica::forget_prepared() {
    if (standby_) standby_->forget_prepared();
}

void Replica::check_stalled() {
    if (standby_) standby_->check_stalled(max_lag_ + kPatience);
}

std::optional<ReplicaStatus> Replica::status() const {
    if (!standby_) return std::nullopt;
    ReplicaStatus status = status_;
    const PoolStatus standby = standby_->status();
    for (std::size_t i = 1; i < standby.classes.size(); ++i) status.running += standby.classes[i].running;
    return status;
}

asio::awaitable<void> Replica::read(Reading reading) {
    bool was_read = false;
    if (status_.is_used) was_read = co_await read_on_standby(reading);
    if (was_read) co_return;
    if (standby_) ++status_.reads_of_primary;
    co_await reading(primary_);
}

/// @return false when the primary is to be asked
/// @throws DbError: the client has left, or the statement has taken all the time that it has on the primary, too
asio::awaitable<bool> Replica::read_on_standby(Reading reading) {
    const std::string position = co_await ask_position();
    if (position.empty()) co_return false;
    const auto began = steady_clock::now();
    try {
        const bool is_current = co_await has_replayed(position);
        if (is_current) {
            co_await reading(*standby_);
            ++status_.reads_of_standby;
            co_return true;
        }
        note(fmt::format(kBehind, max_lag_));
    } catch (const DbError& error) {
        const bool is_over = error.is_timeout() && steady_clock::now() - began >= statement_timeout_;
        if (error.is_abandoned() || is_over) throw;
        spdlog::debug("replica: {}; asking the primary", error.what());
        if (is_of_the_connection(error)) note(error.message());
    }
    co_return false;
}

asio::awaitable<std::chrono::milliseconds> Replica::look() {
    if (!primary_.is_up()) co_return kLookEvery;  // nothing can be read then, wherever
    std::string why;
    try {
        why = co_await judge();
    } catch (const std::exception& error) {
        why = error.what();
    }
    note(why);
    co_return kLookEvery;
}

/// @return why the standby is not to be used; empty: it is
asio::awaitable<std::string> Replica::judge() {
    if (!standby_->is_up()) co_return "it cannot be reached";
    Batch batch;
    const std::size_t index = batch.add(kIdentity, {});
    co_await standby_->execute(batch);
    identity_ = batch.rows(index).front().text(0);
    const std::string position = co_await ask_position();
    if (position.empty()) co_return "it is not (yet) a copy of the database of WDX_DATABASE_URL";
    const auto began = steady_clock::now();
    status_.lag = max_lag_;
    const bool is_current = co_await has_replayed(position);
    if (!is_current) co_return fmt::format(kBehind, max_lag_);
    status_.lag = std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - began);
    co_return std::string{};
}

/// Up to where the primary has committed.
/// @return empty when the standby is none of what is the primary now, or that does not say
asio::awaitable<std::string> Replica::ask_position() {
    Batch batch;
    const std::size_t identity = batch.add(kIdentity, {});
    const std::size_t position = batch.add(kPosition, {});
    try {
        co_await primary_.execute(batch);
        if (batch.rows(identity).front().text(0) == identity_)
            co_return std::string(batch.rows(position).front().text(0));
    } catch (const DbError& error) {
        spdlog::debug("replica: {}", error.what());
    }
    co_return std::string{};
}

/// Waits until the standby has what the primary had committed at that position.
/// @return false when that takes too long, or it is no standby any more
/// @throws DbError
asio::awaitable<bool> Replica::has_replayed(std::string position) {
    const auto deadline = steady_clock::now() + max_lag_;
    asio::steady_timer timer(executor_);
    for (auto pause = kFirstPause;; pause = std::min(pause * 2, kLastPause)) {
        Batch batch;
        const std::size_t index = batch.add(kHasReplayed, {position});
        co_await standby_->execute(batch);
        if (batch.rows(index).front().boolean(0)) co_return true;
        if (steady_clock::now() >= deadline) co_return false;
        timer.expires_after(pause);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

void Replica::note(const std::string& why) {
    if (why_not_ == why || primary_.is_stopping()) return;
    why_not_ = why;
    status_.is_used = why.empty();
    if (status_.is_used)
        spdlog::info("replica: used for reports and long lists");
    else
        spdlog::warn("replica: not used, for {}; the primary reads instead", why);
}

}  // namespace wdx::db
