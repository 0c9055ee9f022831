#pragma once

#include "store/edits/chosen_users.hpp"
#include "store/edits/repeated_writes.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace wdx::store {

/// What shall be done about users.
struct NewPlan {
    std::string action_type;
    std::optional<std::string> cause;
    std::optional<std::string> not_before;  ///< ISO 8601 with a zone
};

/// A worker that asks for work.
struct Claim {
    std::string worker;
    std::int64_t limit = 0;  ///< planned actions
    std::int64_t lease_seconds = 0;
    std::optional<std::vector<std::string>> action_types;  ///< nullopt: any
};

/// What a worker says of an attempt.
struct Result {
    std::string lease;
    bool is_done = false;
    std::optional<std::string> notes;
};

/// How many users would not be planned for, by reason.
struct SkippedPlans {
    std::int64_t exempt = 0;
    std::int64_t already_planned = 0;
    std::int64_t already_done = 0;
};

/// SQL over the row `t` of watchdxg_planned_action: it waits for a worker, also one whose lease has run out.
inline constexpr std::string_view kWaitsForWorker =
    "(t.state = 'planned' OR (t.state = 'claimed' AND t.lease_until <= statement_timestamp()))";

/// SQL over such a row: nothing may be done about its user any more, by the handle that she has now or had then.
std::string is_exempt_sql();

/// CTEs, beginning with a comma, behind `change`, the exemptions that a write has made or ended: what waits for a
/// worker is cancelled for handles that are exempt now, with an entry of the journal each; and events of both tables.
/// @param added  a CTE with the `handle` of each new exemption
std::string cancel_exempt_sql(std::string_view added);

/// Planned actions: the tables watchdxg_planned_action and watchdxg_action_attempt.  All their writes are made one
/// after the other over all our processes (`execute_write`), so that what one statement finds stands while it writes:
/// no user and action type is claimed twice, and no cap is passed.  Bodies are rows as the API shows them.  Every
/// method throws DbError.
class PlannedActionStore {
  public:
    explicit PlannedActionStore(db::Pool& pool) : pool_(pool) {}

    /// One planned action for each user that is not skipped: 201 `{"planned":n,"skipped":{"exempt","already_planned",
    /// "already_done"}}`; `unknown_users`, `other_count`.
    /// @param users  outlives the call
    boost::asio::awaitable<Written> plan(const WriteRequest& request, const ChosenUsers& users, const NewPlan& plan);
    /// A statement that counts those of the users that `plan` would skip.
    static ListSql skipped_sql(const ChosenUsers& users, const std::string& action_type);
    static SkippedPlans read_skipped(const db::Rows& rows);

    /// The oldest that may be done now, at most `claim.limit`: 200 with the array of rows, each with its `lease` and
    /// the handle that the user has now; `no_right` where the database's role may not write actions.
    /// @param daily_cap  attempts for each X account and action type on a day (UTC)
    boost::asio::awaitable<Written> claim(const WriteRequest& request, const Claim& claim, std::int64_t daily_cap);
    /// 200 with the row; `no_row`; `other_state` for a lease that is over, or was reported otherwise.  What is done has
    /// its row in actions.
    /// @param most_attempts  one that fails so often has failed
    boost::asio::awaitable<Written> report(const WriteRequest& request, std::int64_t id, const Result& result,
                                           std::int64_t most_attempts);

    /// 200 with the row; `no_row`; `other_state` with the state in which it is.
    /// @param cancels  false: nothing is changed
    boost::asio::awaitable<Written> cancel(const WriteRequest& request, std::int64_t id, bool cancels);
    /// All that wait for a worker: 200 `{"cancelled":n}`.
    /// @param action_type, account  nullopt: any
    boost::asio::awaitable<Written> cancel_all(const WriteRequest& request,
                                               const std::optional<std::string>& action_type,
                                               std::optional<std::int64_t> account);

  private:
    db::Pool& pool_;
};

}  // namespace wdx::store
