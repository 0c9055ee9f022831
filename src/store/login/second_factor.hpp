#pragma once

#include "db/batch.hpp"
#include "db/pool.hpp"
#include "store/login/operators.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace wdx::store {

/// How long a second factor that was begun over HTTP can be confirmed.
inline constexpr std::chrono::minutes kFactorOffer{10};

/// Makes logins of the operator $1 need a code, unless they do already: the secret $2, codes up to the step $3 count as
/// used, and an array of hashes of recovery codes, $4, in the place of those that there may be.  An offer is over with
/// it.  $5 and $6 are the address and the request id for the log.  Column: whether it was done.
extern const db::Query kEnableSecondFactor;

/// The second factor of operators over HTTP.  Every method throws DbError.
class SecondFactorStore {
  public:
    explicit SecondFactorStore(db::Pool& pool) : pool_(pool) {}

    /// Keeps a secret until it is confirmed, in the place of another one.
    /// @return false when there is a second factor already, or the operator has changed since the check
    boost::asio::awaitable<bool> offer(const CheckedOperator& checked, const std::string& secret);

    /// The state of an operator.
    struct State {
        std::string username;
        bool is_enabled = false;
        std::optional<std::string> offered_secret;  ///< that can still be confirmed
    };
    /// A statement for `Context::read`.  @return index of the rows for `read_state`
    static std::size_t add_find(db::Batch& batch, std::int32_t user_id);
    static State read_state(const db::Rows& rows);

    /// @param recovery_hashes  of new recovery codes
    /// @return false when there is a second factor already
    boost::asio::awaitable<bool> enable(std::int32_t user_id, const std::string& secret, std::int64_t step,
                                        const std::vector<std::string>& recovery_hashes, const Origin& origin);
    /// True when that secret is the operator's second factor, with that recovery code.
    boost::asio::awaitable<bool> is_enabled_with(std::int32_t user_id, const std::string& secret,
                                                 const std::string& recovery_hash);
    /// Takes the second factor away, for whom its check has proved to have it.
    /// @return false when the operator or the second factor has changed since the check, or there is none
    boost::asio::awaitable<bool> disable(const CheckedOperator& checked, const Origin& origin);

  private:
    db::Pool& pool_;
};

}  // namespace wdx::store
