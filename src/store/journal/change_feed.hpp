#pragma once

#include "db/pool.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace wdx::store {

/// What was changed, for /api/events/.
struct Event {
    std::int64_t id = 0;
    std::string data;  ///< JSON: `{"table":...,"account_id":...,"ids":...,"at":...,"edit_id":...}`
};

/// Events after some id, as they were at one moment.
struct EventPage {
    std::int64_t last_id = 0;    ///< of the newest event there has been
    std::int64_t pruned_id = 0;  ///< events up to this one are gone
    std::vector<Event> events;   ///< in the order of their ids
};

/// How the core's tables compare with what was last seen of them.
struct TableComparison {
    bool differs = false;
    /// How many changes of ours PostgreSQL has not counted yet; above zero, changes of others may hide behind them.
    std::int64_t uncounted = 0;
};

/// The managed tables behind /api/events/.  Every method throws DbError.  Events of our own writes are made by those:
/// see store/change_events.hpp.
class ChangeFeed {
  public:
    static constexpr std::int64_t kPruneRows = 5000;  ///< deleted by one statement

    explicit ChangeFeed(db::Pool& pool) : pool_(pool) {}

    /// A statement for `Context::read`: the first events after an id.
    /// @return index for `read_page`
    static std::size_t add_list(db::Batch& batch, std::int64_t after, std::int64_t limit);
    static EventPage read_page(const db::Rows& rows);

    boost::asio::awaitable<EventPage> list_after(std::int64_t after, std::int64_t limit);

    /// Compares the core's tables with what was last seen of them, by PostgreSQL's counters and without reading them.
    boost::asio::awaitable<TableComparison> compare_tables();
    /// Notes what compares differently, with an event for each table that somebody else has changed.
    /// @param settle  what PostgreSQL has not counted of our changes until now it never will
    /// @return how many events
    boost::asio::awaitable<std::int64_t> note_tables(bool settle);

    /// Deletes events older than `retention`, oldest first, at most `kPruneRows`.
    /// @return how many; fewer than `kPruneRows`: that was all for now
    boost::asio::awaitable<std::int64_t> prune(std::chrono::seconds retention);

  private:
    db::Pool& pool_;
};

}  // namespace wdx::store
