#pragma once

#include "store/edits/repeated_writes.hpp"

#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace wdx::store {

/// Users whom triage leaves out for a while.  Every method throws DbError.
class SnoozeStore {
  public:
    explicit SnoozeStore(db::Pool& pool) : pool_(pool) {}

    /// Snoozes all of the users or none, or ends it: 200 `{"updated":n}`, of users who were not snoozed nothing ends;
    /// `unknown_users`.
    /// @param until  ISO 8601 with a zone; nullopt: it ends
    boost::asio::awaitable<Written> set(const WriteRequest& request, const std::vector<std::int64_t>& user_ids,
                                        const std::optional<std::string>& until);

  private:
    db::Pool& pool_;
};

}  // namespace wdx::store
