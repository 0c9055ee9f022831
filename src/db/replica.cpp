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

// Up to where the primary has committed.  A commit is in the WAL on disk before anybody hears of it, but where
// synchronous_commit is off.  Source: PostgreSQL manual, "Backup Control Functions" and "Asynchronous Commit".
constexpr Query kPosition{"wal_position",
                          "SELECT (CASE current_setting('synchronous_commit') WHEN 'off'"
                          " THEN pg_current_wal_insert_lsn() ELSE pg_current_wal_flush_lsn() END)::text"};

// False also of a standby that has been promoted: it goes its own way.
constexpr Query kHasReplayed{"has_replayed", "SELECT pg_is_in_recovery() AND pg_last_wal_replay_lsn() >= $1::pg_lsn"};

constexpr std::string_view kBehind = "it is promoted, or more than {} behind";
constexpr std::string_view kConflictWithRecovery = "40001";

/// It would have gone well, or better, on the primary.
bool is_of_the_standby(const DbError& error) {
    return !error.is_abandoned() && !error.is_timeout();
}

PoolOptions with_one_connection(PoolOptions options) {
    options.connections = 1;
    options.write_connections = 0;
    return options;
}

}  // namespace

Replica::Replica(asio::any_io_executor executor, asio::thread_pool& workers, asio::thread_pool& cancellers,
                 Pool& primary, std::optional<ReplicaOptions> options)
    : executor_(std::move(executor)), primary_(primary), looking_(executor_, [this] { return look(); }) {
    if (!options) return;
    max_lag_ = options->max_lag;
    standby_.emplace(executor_, workers, cancellers, with_one_connection(std::move(options->pool)));
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
    if (standby_) standby_->check_stalled();
}

std::optional<ReplicaStatus> Replica::status() const {
    if (!standby_) return std::nullopt;
    return status_;
}

asio::awaitable<void> Replica::read(std::function<asio::awaitable<void>(Pool&)> reading) {
    if (!standby_) co_return co_await reading(primary_);
    std::optional<DbError> failure;
    try {
        bool is_current = false;
        if (status_.is_used) {
            is_current = co_await has_caught_up();
            if (!is_current) note(fmt::format(kBehind, max_lag_));
        }
        if (is_current) {
            co_await reading(*standby_);
            ++status_.reads_of_standby;
            co_return;
        }
    } catch (const DbError& error) {
        if (!is_of_the_standby(error)) throw;
        failure = error;
    }
    if (failure) {
        spdlog::debug("replica: {}; asking the primary", failure->what());
        const bool is_away = failure->is_unavailable() && !failure->is_busy();
        if (is_away && failure->sqlstate() != kConflictWithRecovery) note(failure->message());
    }
    ++status_.reads_of_primary;
    co_await reading(primary_);
}

asio::awaitable<std::chrono::milliseconds> Replica::look() {
    if (!primary_.is_up()) co_return kLookEvery;  // nothing can be read then, wherever
    std::string why;
    try {
        why = co_await judge();
    } catch (const DbError& error) {
        why = error.message();
    }
    if (!primary_.is_stopping()) note(why);
    co_return kLookEvery;
}

/// @return why the standby is not to be used; empty: it is
asio::awaitable<std::string> Replica::judge() {
    if (!standby_->is_up()) co_return "it cannot be reached";
    const std::string ours = co_await ask(primary_, kIdentity);
    const std::string its = co_await ask(*standby_, kIdentity);
    if (ours != its) co_return "it is not (yet) a copy of the database of WDX_DATABASE_URL";
    const auto began = steady_clock::now();
    if (!co_await has_caught_up()) co_return fmt::format(kBehind, max_lag_);
    status_.lag = std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - began);
    co_return std::string{};
}

/// Waits until the standby has what the primary has committed by now.
/// @return false when that takes too long, or it is no standby any more
/// @throws DbError
asio::awaitable<bool> Replica::has_caught_up() {
    const std::string position = co_await ask(primary_, kPosition);
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

/// @return the only value of the only row
asio::awaitable<std::string> Replica::ask(Pool& pool, const Query& query) {
    Batch batch;
    const std::size_t index = batch.add(query, {});
    co_await pool.execute(batch);
    co_return std::string(batch.rows(index).front().text(0));
}

void Replica::note(const std::string& why) {
    if (why_not_ == why) return;
    why_not_ = why;
    status_.is_used = why.empty();
    if (status_.is_used)
        spdlog::info("replica: used for reports and long lists");
    else
        spdlog::warn("replica: not used, for {}; the primary reads instead", why);
}

}  // namespace wdx::db
