#pragma once

#include "alert/digest.hpp"
#include "alert/findings.hpp"
#include "alert/texts.hpp"
#include "db/pool.hpp"
#include "store/core/core_views.hpp"
#include "store/insight/data_quality.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace wdx::store {

/// The waves of an X account.
struct AccountWaves {
    alert::Account account;
    std::vector<alert::Wave> waves;  ///< the largest first
};

/// The last eight days of an X account, which has a row of today.
struct AccountDays {
    alert::Account account;
    std::vector<alert::DayCounts> days;  ///< oldest first, today last
};

/// What the checks of the data have found at an X account.
struct AccountFindings {
    alert::Account account;
    std::vector<DataFinding> findings;
};

/// An entry of the log that alerts may tell of.
struct NotedEntry {
    std::string event;
    alert::LogEntry entry;
    std::chrono::sys_seconds at;
};

struct NotedEntries {
    std::int64_t last_id = 0;  ///< of the newest entry there is, of any kind
    std::vector<NotedEntry> entries;
};

/// A summary that is due.
struct DueDigest {
    std::string until;  ///< a time of the database's making: from then on it is the next one's turn
    alert::DigestFigures figures;
    bool is_first = false;  ///< nobody has looked before: there is nothing to tell of
};

/// The figures that alerts and digests are made of, from tables that are kept, but for what is said.  Every method
/// throws DbError.  Belongs to the event loop.
class AlertFigures {
  public:
    explicit AlertFigures(db::Pool& pool) : pool_(pool) {}

    /// Waves with at least `size` users, and smaller ones that have been told.  Accounts without one are in it, too.
    boost::asio::awaitable<std::vector<AccountWaves>> list_waves(std::int64_t size);
    boost::asio::awaitable<std::vector<AccountDays>> list_days();
    /// When the core last read a user.  Reads all of them.
    /// @return nullopt: there are none, or this generation of the core's schema cannot tell
    boost::asio::awaitable<std::optional<std::chrono::sys_seconds>> find_last_scrape(const CoreViews& views);
    /// Runs the checks of the data for every X account.  Reads all users and posts.
    boost::asio::awaitable<std::vector<AccountFindings>> check_data(const CoreViews& views);
    /// Planned actions that could have been taken for so long, of types and accounts of which none was taken meanwhile.
    boost::asio::awaitable<std::vector<alert::StuckQueue>> list_stuck(std::int64_t hours);
    /// Entries of the log after one, and some before it that may have been committed later.
    /// @param after  nullopt: nobody has looked before; then all logins
    boost::asio::awaitable<NotedEntries> list_entries(std::optional<std::int64_t> after);
    /// @return nullopt: it is not due yet
    boost::asio::awaitable<std::optional<DueDigest>> find_digest(bool is_daily, const std::string& time_zone);

  private:
    db::Pool& pool_;
};

}  // namespace wdx::store
