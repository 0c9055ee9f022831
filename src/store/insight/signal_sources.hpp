#pragma once

#include "db/stream.hpp"
#include "model/facts.hpp"
#include "store/core/core_views.hpp"
#include "store/insight/statement.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace wdx::store {

/// More changed users than that are not listed one by one.
inline constexpr std::size_t kMostChangedUsers = 10'000;

/// SQL of the users whose signals are not those of the core's tables any more.  Rows: `id` (NULL: none), `is_gone`, the
/// oldest running and the next transaction, the time, how many users there are.
/// Parameters: $1 the number of a transaction (text), from which on rows are new; $2 whether those without a date are
/// wanted too.
/// @param of_all  all users are to be computed: only those that are gone are listed
std::string changes_sql(const CoreViews& views, bool of_all);

/// SQL of the rows that signals are made of, for SourceRows.  Parameter: $1 the users' ids, unless it is `of_all`.
std::string sources_sql(const CoreViews& views, bool of_all);

/// Reads the rows that signals are made of.
class SourceRows {
  public:
    explicit SourceRows(const CoreViews& views);
    [[nodiscard]] model::Source read(const db::Row& row) const;

  private:
    bool knows_bio_;
    bool knows_link_;
    bool knows_posts_;
};

/// Some of the core's users, for SourceRows.
Statement select_sources(const CoreViews& views, const std::vector<std::int64_t>& ids);

/// The core's users, one after the other.  Belongs to the event loop.
class SourceReader {
  public:
    SourceReader(std::shared_ptr<db::Stream> stream, const CoreViews& views)
        : stream_(std::move(stream)), rows_(views) {}

    /// @return at most `most` of them; none at the end
    /// @throws DbError
    boost::asio::awaitable<std::vector<model::Source>> next(std::size_t most);

  private:
    std::shared_ptr<db::Stream> stream_;
    SourceRows rows_;
};

}  // namespace wdx::store
