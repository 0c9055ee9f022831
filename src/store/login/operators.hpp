#pragma once

#include "base/clock.hpp"
#include "db/pool.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

namespace wdx::store {

/// What a password check needs of an operator.
struct Credentials {
    std::int32_t id = 0;
    std::string username;
    std::string password_hash;
    bool is_active = false;
    std::optional<std::string> totp_secret;  ///< base32; set once a second factor is enabled
    std::int64_t totp_last_step = 0;         ///< codes up to this step have been used
    bool has_recovery_code = false;          ///< the hash that was asked for is one of an unused code
};

/// The proof of a second factor, to be used up by the statement that it is shown for.
struct SecondFactor {
    std::optional<std::int64_t> step;          ///< of a one-time code
    std::optional<std::string> recovery_hash;  ///< of a recovery code
};

/// What a password check leaves for the statement that acts on it.
struct CheckedOperator {
    std::int32_t id = 0;
    std::string username;
    std::string password_hash;  ///< the one that was checked, or its successor
    SecondFactor factor;
};

/// From where something was asked for, as far as it is known; what is empty is recorded as NULL.
struct Origin {
    std::string address{};
    std::string user_agent{};
    std::string request_id{};
};

/// The beginning of a statement that acts only for an active operator whose password hash is still $2 and whose second
/// factor, where there is one, is used up by it ($3 step, $4 hash of a recovery code): `operator` has one row then.
inline constexpr std::string_view kCheckedOperator = R"sql(
    WITH candidate AS (
        SELECT id
          FROM auth_user
         WHERE id = $1
           AND is_active
           AND password = $2
    ), used_step AS (
        UPDATE watchdxg_totp AS totp
           SET last_step = $3::bigint
          FROM candidate
         WHERE totp.user_id = candidate.id
           AND totp.last_step < $3::bigint
        RETURNING totp.user_id
    ), used_code AS (
        DELETE FROM watchdxg_recovery_code AS code
         USING candidate
         WHERE code.user_id = candidate.id
           AND code.code_hash = $4::text
        RETURNING code.user_id
    ), operator AS (
        SELECT id
          FROM candidate
         WHERE NOT EXISTS (SELECT FROM watchdxg_totp WHERE user_id = $1)
            OR EXISTS (SELECT FROM used_step)
            OR EXISTS (SELECT FROM used_code)
    ))sql";

/// Sets the password hash of the operator $1 to $2, whatever it was, and ends everything that the operator has:
/// blacklists the refresh tokens, forgets the sessions and their access tokens, and moves the cut-off for tokens to
/// this second, by the later one of the database's clock and ours ($3, seconds). Columns: refresh tokens blacklisted,
/// the cut-off in seconds (NULL when there is no such operator).
extern const db::Query kSetPassword;

/// auth_user and what hangs on it.  Every method throws DbError.
class OperatorStore {
  public:
    explicit OperatorStore(db::Pool& pool) : pool_(pool) {}

    /// @param recovery_hash  of what may be a recovery code
    boost::asio::awaitable<std::optional<Credentials>> find_credentials(std::string_view username,
                                                                        const std::string& recovery_hash);
    boost::asio::awaitable<std::optional<Credentials>> find_credentials(std::int32_t id,
                                                                        const std::string& recovery_hash);
    /// Replaces a hash if it is still the one that was checked.
    boost::asio::awaitable<void> update_password_hash(std::int32_t user_id, const std::string& old_hash,
                                                      const std::string& new_hash);
    /// Sets the password and ends every session, in one transaction.
    /// @return the second up to which tokens are refused now; nullopt: the hash or the second factor has changed since
    ///         the check, and nothing was written
    boost::asio::awaitable<std::optional<base::UnixTime>> change_password(const CheckedOperator& checked,
                                                                          const std::string& new_hash,
                                                                          const Origin& origin);
    /// The same second, when the password hash is `hash`; else nullopt.
    boost::asio::awaitable<std::optional<base::UnixTime>> find_change(std::int32_t user_id, const std::string& hash);
    /// A statement for `Context::read`: what the API shows of the operator, in a row of `id, username, email,
    /// date_joined, second_factor`.
    static std::size_t add_find(db::Batch& batch, std::int32_t user_id);

  private:
    db::Pool& pool_;
};

}  // namespace wdx::store
