#pragma once

#include "base/clock.hpp"
#include "db/pool.hpp"
#include "store/login/operators.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

namespace wdx::store {

/// What the database says about an access token and its user.
struct Access {
    bool exists = false;
    bool is_active = false;
    bool session_ended = false;
    /// Tokens issued at or before this second are refused; nullopt: no such cut-off.
    std::optional<base::UnixTime> not_before;
};

/// A token as the tables record it.
struct TokenRecord {
    std::string_view jti;
    std::string_view text;
    base::UnixTime expires_at = 0;
};

/// The refresh and the access token that are issued together.
struct TokenPair {
    TokenRecord refresh;
    TokenRecord access;
};

/// What became of a rotation.
enum class Rotation {
    done,
    blacklisted,  ///< the token was spent before, its session was ended, or another request was first
    no_user,      ///< missing or inactive
    cut_off,      ///< issued before the operator's password was changed
};

/// How long an address from which somebody logged in is known.
inline constexpr std::chrono::days kKnownAddress{30};

/// What is known of a token besides what it says itself.
struct TokenState {
    bool is_blacklisted = false;
    bool session_ended = false;
    std::optional<base::UnixTime> not_before;  ///< as in `Access`
};

/// True for a token from before the last password change.
/// @param issued_at  of the token; one that does not say when it was issued is cut off as soon as there is a cut-off
constexpr bool is_cut_off(std::optional<base::UnixTime> issued_at, std::optional<base::UnixTime> not_before) noexcept {
    return not_before && (!issued_at || *issued_at <= *not_before);
}

/// True when the columns can hold it: UTF-8 of at most 255 characters, and no NUL.
bool is_storable_jti(std::string_view jti);

/// The token_blacklist tables and what is recorded of issued tokens.  Every method throws DbError.
class TokenStore {
  public:
    explicit TokenStore(db::Pool& pool) : pool_(pool) {}

    /// Adds the access check to a batch of reads, so that it costs no round trip of its own.
    /// @param jti  of the access token; empty when it has none that can be recorded
    /// @return index for `read_access`
    static std::size_t add_access_check(db::Batch& batch, std::int32_t user_id, std::string_view jti);
    static Access read_access(const db::Rows& rows);

    /// Whose token: the user's id, and the `jti` as above.
    using Owner = std::pair<std::int32_t, std::string>;
    /// Looks many tokens up in one statement.
    /// @param owners  the access of each is filled in
    boost::asio::awaitable<void> check_access(std::map<Owner, Access>& owners);

    /// Begins a session with its first tokens, if the operator is still active and the hash and the second factor are
    /// what was checked.
    /// @param address_key  remembered with it, for `has_logged_in`
    /// @return false when they are not, or when these tokens are recorded already
    boost::asio::awaitable<bool> insert_login(const CheckedOperator& checked, const TokenPair& tokens,
                                              const Origin& origin, const std::string& address_key);
    /// True when somebody has logged in from this address within kKnownAddress.
    boost::asio::awaitable<bool> has_logged_in(const std::string& address_key);
    /// Blacklists the presented token, records its successors and goes on with its session (or begins one for a token
    /// without), in one atomic statement: of two at once one wins.
    /// @param issued_at  of the presented token
    boost::asio::awaitable<Rotation> rotate(std::int32_t user_id, const TokenRecord& presented,
                                            std::optional<base::UnixTime> issued_at, const TokenPair& successors,
                                            const Origin& origin);
    /// Blacklists a refresh token, recording it if it is unknown.
    /// @param user_id  it is recorded for this user, if there is one
    /// @return false when it is blacklisted already
    boost::asio::awaitable<bool> blacklist(std::optional<std::int32_t> user_id, const TokenRecord& presented);
    /// @param user_id  of the token, for the cut-off
    boost::asio::awaitable<TokenState> find_state(std::string_view jti, std::optional<std::int32_t> user_id);
    boost::asio::awaitable<bool> is_blacklisted(std::string_view jti);
    boost::asio::awaitable<bool> is_recorded(std::string_view jti);

  private:
    boost::asio::awaitable<bool> try_to_record(db::Batch& batch, const Origin& origin);

    db::Pool& pool_;
};

}  // namespace wdx::store
