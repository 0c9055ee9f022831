#pragma once

#include "store/edits/chosen_users.hpp"
#include "store/edits/repeated_writes.hpp"

#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace wdx::store {

/// What was done about a user.
struct NewAction {
    std::string action_type;
    std::optional<std::string> timestamp;  ///< ISO 8601 with a zone; nullopt: now
    std::optional<std::string> notes;
};

/// What is to be changed of an action; what is nullopt stays as it is.
struct ActionChange {
    std::optional<std::int64_t> user_id;  ///< has to be the one that it is about
    std::optional<std::string> action_type;
    std::optional<std::string> timestamp;
    bool sets_notes = false;
    std::optional<std::string> notes;  ///< nullopt: NULL
};

/// The table actions.  Bodies are rows as the API shows them.  Every method throws DbError.
class ActionStore {
  public:
    explicit ActionStore(db::Pool& pool) : pool_(pool) {}

    /// One action for each user or none at all: 201 with an array of the rows, in the order of the users; with the row
    /// alone unless `as_list`; `unknown_users`, `other_count`.  Users of a filter are in the order of their ids.
    /// @param users  outlives the call
    boost::asio::awaitable<Written> insert(const WriteRequest& request, const ChosenUsers& users,
                                           const NewAction& action, bool as_list);
    /// 200 with the row; `no_row`, `other_user`.
    boost::asio::awaitable<Written> update(const WriteRequest& request, std::int64_t id, const ActionChange& change);
    /// 204; `no_row`.
    boost::asio::awaitable<Written> remove(const WriteRequest& request, std::int64_t id);

  private:
    db::Pool& pool_;
};

}  // namespace wdx::store
