#pragma once

#include "store/edits/chosen_users.hpp"
#include "store/edits/repeated_writes.hpp"

#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace wdx::store {

/// What is to be set; what is nullopt stays as it is, in a new row it is false.
struct VerdictChange {
    std::optional<bool> harmful;
    std::optional<bool> inactive;
    bool sets_notes = false;
    std::optional<std::string> notes;  ///< nullopt: NULL
    bool sampled = false;              ///< it answers a place of triage that was drawn at random
};

/// Under which conditions one row is written: JSON arrays of entity tags with their quotes, or `["*"]`.
struct RowConditions {
    std::optional<std::string> if_match;       ///< the row is there and has one of these
    std::optional<std::string> if_none_match;  ///< the row is not there or has none of these
};

/// The verdict on a user, as far as there are both.
struct FoundVerdict {
    bool has_user = false;
    std::string body;  ///< the row as compact JSON; empty: the user is unclassified
    std::string etag;  ///< of the body
};

/// The table classification, and the marks of verdicts that answer a place which triage drew at random: a mark is only
/// set where the user was drawn that day or the day before, stays when the verdict is changed, and goes with it.
/// Bodies are rows as the API shows them.  Every method throws DbError.
class ClassificationStore {
  public:
    explicit ClassificationStore(db::Pool& pool) : pool_(pool) {}

    /// A statement for `Context::read`: the verdict on one user.
    /// @return index for `read_found`
    static std::size_t add_find(db::Batch& batch, std::int64_t user_id);
    static FoundVerdict read_found(const db::Rows& rows);

    /// Sets one user's. Status 201 when it was made, 200 when it was changed, with the row; `unknown_users`, `no_row`
    /// (where none may be made), `failed_condition`.
    boost::asio::awaitable<Written> set(const WriteRequest& request, std::int64_t user_id, const VerdictChange& change,
                                        bool may_create, const RowConditions& conditions);
    /// Sets those of all users or of none: 200 `{"updated":n}`; `unknown_users`, `other_count`.
    /// @param users  outlives the call
    boost::asio::awaitable<Written> set_many(const WriteRequest& request, const ChosenUsers& users,
                                             const VerdictChange& change);
    /// Makes the user unclassified: 204, also when there is no verdict; `unknown_users`, `failed_condition`.
    boost::asio::awaitable<Written> remove(const WriteRequest& request, std::int64_t user_id,
                                           const RowConditions& conditions);
    /// Makes all users unclassified or none: 200 `{"updated":n}`, of those who had a verdict; `unknown_users`,
    /// `other_count`.
    /// @param users  outlives the call
    boost::asio::awaitable<Written> remove_many(const WriteRequest& request, const ChosenUsers& users);

  private:
    db::Pool& pool_;
};

}  // namespace wdx::store
