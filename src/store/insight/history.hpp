#pragma once

#include "db/pool.hpp"
#include "model/crowd.hpp"
#include "store/core/core_views.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace wdx::store {

/// Entries of each kind that changes/ lists at most, newest first.
inline constexpr int kMostChanges = 1000;

/// A count has jumped when it differs from the last one seen by at least so many and by at least this part of it.
inline constexpr int kJumpFrom = 100;
inline constexpr double kJumpShare = 0.5;

/// The daily snapshots of an X account, rows that RowWriter writes.  $1: its id; $2, $3: the first and the last day,
/// NULL for no bound.
extern const db::Query kListSnapshots;

/// What has changed among an X account's users, one row that RowWriter writes.  $1: its id; $2, $3: the first and
/// the last day (UTC), NULL for no last one.
extern const db::Query kListChanges;

/// Records what the core's rows were like, in the tables behind history/ and changes/.
class HistoryStore {
  public:
    static constexpr std::int64_t kPruneRows = 5000;  ///< deleted by one statement

    explicit HistoryStore(db::Pool& pool) : pool_(pool) {}

    /// Compares all users with what was last seen of them, and writes today's snapshot of every X account: one
    /// statement, which reads the core's tables and never locks them.  Does nothing while another process does it.
    /// The first time that an account is looked at, none of its users count as new.
    /// @return false when another process is doing it
    /// @throws DbError
    boost::asio::awaitable<bool> observe(const CoreViews& views);

    /// The X accounts of which there is a snapshot of today.
    /// @throws DbError
    boost::asio::awaitable<std::vector<std::int64_t>> list_observed_accounts();
    /// @throws DbError
    boost::asio::awaitable<std::vector<model::Cell>> find_followers(const CoreViews& views, std::int64_t account);
    /// Puts estimates into today's snapshot, if there is one.
    /// @param estimates  JSON; nullopt: there are none
    /// @throws DbError
    boost::asio::awaitable<void> save_audience(std::int64_t account, const std::optional<std::string>& estimates);

    /// Forgets users that have been gone for longer than `retention`, at most `kPruneRows`.
    /// @return how many; fewer than `kPruneRows`: that was all for now
    /// @throws DbError
    boost::asio::awaitable<std::int64_t> prune(std::chrono::seconds retention);

  private:
    db::Pool& pool_;
};

}  // namespace wdx::store
