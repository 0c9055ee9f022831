#pragma once

#include "db/pool.hpp"
#include "store/statistics.hpp"

#include <chrono>
#include <cstdint>

#include <boost/asio/awaitable.hpp>

namespace wdx::store {

/// Entries of each kind that changes/ lists at most, newest first.
inline constexpr int kMostChanges = 1000;

/// A count has jumped when it differs from the last one seen by at least so many and by at least this part of it.
inline constexpr int kJumpFrom = 100;
inline constexpr double kJumpShare = 0.5;

/// The daily snapshots of an X account, as RowWriter reads them.  $1: its id; $2, $3: the first and the last day, NULL
/// for no bound.
extern const db::Query kListSnapshots;

/// What has changed among an X account's users, one row as RowWriter reads it.  $1: its id; $2: the first day (UTC).
extern const db::Query kListChanges;

/// Remembers what the core's rows were like, in the tables behind history/ and changes/.
class HistoryStore {
  public:
    static constexpr std::int64_t kPruneRows = 5000;  ///< deleted by one statement

    explicit HistoryStore(db::Pool& pool) : pool_(pool) {}

    /// Compares all users with what was last seen of them, and writes today's snapshot of every X account: one
    /// statement, which reads the core's tables and never locks them.  Does nothing while another process is at it.
    /// The first time that an account is looked at, its users are nothing new.
    /// @throws DbError
    boost::asio::awaitable<void> observe(const CoreViews& views);

    /// Forgets users that have been gone for longer than `retention`, at most `kPruneRows`.
    /// @return how many; fewer than `kPruneRows`: that was all for now
    /// @throws DbError
    boost::asio::awaitable<std::int64_t> prune(std::chrono::seconds retention);

  private:
    db::Pool& pool_;
};

}  // namespace wdx::store
