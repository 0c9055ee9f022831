#pragma once

#include "store/repeated_writes.hpp"

#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace wdx::store {

/// What is to be set; what is nullopt stays as it is, in a new row it is false.
struct Verdict {
    std::optional<bool> harmful;
    std::optional<bool> inactive;
    bool sets_notes = false;
    std::optional<std::string> notes;  ///< nullopt: NULL
};

/// Under which conditions one row is written: JSON arrays of entity tags with their quotes, or `["*"]`.
struct RowConditions {
    std::optional<std::string> if_match;       ///< the row is there and has one of these
    std::optional<std::string> if_none_match;  ///< the row is not there or has none of these
};

/// The table classification.  Bodies are rows as the API shows them.  Every method throws DbError.
class ClassificationStore {
  public:
    explicit ClassificationStore(db::Pool& pool) : pool_(pool) {}

    /// A statement for `Context::read`. Columns: the row as JSON and its entity tag (both NULL where there is none); no
    /// row where there is no such user.
    static std::size_t add_find(db::Batch& batch, std::int64_t user_id);

    /// Sets one user's. Status 201 when it was made, 200 when it was changed, with the row; `unknown_users`, `no_row`
    /// (where none may be made), `failed_condition`.
    boost::asio::awaitable<Written> set(const WriteRequest& request, std::int64_t user_id, const Verdict& verdict,
                                        bool may_create, const RowConditions& conditions);
    /// Sets those of all users or of none: 200 `{"updated":n}`; `unknown_users`.
    boost::asio::awaitable<Written> set_many(const WriteRequest& request, const std::vector<std::int64_t>& user_ids,
                                             const Verdict& verdict);
    /// Makes the user unclassified, if he is not: 204; `unknown_users`, `failed_condition`.
    boost::asio::awaitable<Written> remove(const WriteRequest& request, std::int64_t user_id,
                                           const RowConditions& conditions);

  private:
    db::Pool& pool_;
};

}  // namespace wdx::store
