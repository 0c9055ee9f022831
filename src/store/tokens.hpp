#pragma once

#include "base/clock.hpp"
#include "db/pool.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

namespace wdx::store {

/// An operator as login needs him.
struct Credentials {
    std::int32_t id = 0;
    std::string password_hash;
    bool is_active = false;
};

/// What the database says about the user of an access token.
struct Access {
    bool exists = false;
    bool is_active = false;
    /// Tokens issued at or before this second are refused; nullopt: no such cut-off.
    std::optional<base::UnixTime> not_before;
};

/// A refresh token as token_blacklist_outstandingtoken records it.
struct TokenRecord {
    std::string_view jti;
    std::string_view text;
    base::UnixTime expires_at = 0;
};

/// What became of a rotation.
enum class Rotation {
    done,
    blacklisted,  ///< the token was spent before, or another request was first
    no_user,      ///< missing or inactive
    cut_off,      ///< issued before the operator's password was changed
};

/// auth_user, the token_blacklist tables and the session cut-off.  Every method throws DbError.
class TokenStore {
  public:
    explicit TokenStore(db::Pool& pool) : pool_(pool) {}

    /// Adds the access check to a batch of reads, so that it costs no round trip of its own.
    /// @return index for `read_access`
    static std::size_t add_access_check(db::Batch& batch, std::int32_t user_id);
    static Access read_access(const db::Rows& rows);

    boost::asio::awaitable<std::optional<Credentials>> find_credentials(std::string_view username);
    /// Replaces a hash if it is still the one that was checked.
    boost::asio::awaitable<void> update_password_hash(std::int32_t user_id, const std::string& old_hash,
                                                      const std::string& new_hash);
    /// Records a login's refresh token, if the user is still active and the hash is the one that was checked.
    /// @param address  remembered with it, for `has_logged_in`
    /// @return false when it is not
    boost::asio::awaitable<bool> insert_login(std::int32_t user_id, const std::string& password_hash,
                                              const TokenRecord& refresh, const std::string& address);
    /// True when a login from this address was recorded not longer ago than that.
    boost::asio::awaitable<bool> has_logged_in(const std::string& address, std::chrono::days within);
    /// Blacklists the presented token and records its successor, in one atomic statement: of two at once one wins.
    /// @param issued_at  of the presented token
    boost::asio::awaitable<Rotation> rotate(std::int32_t user_id, const TokenRecord& presented,
                                            std::optional<base::UnixTime> issued_at, const TokenRecord& successor);
    boost::asio::awaitable<bool> is_blacklisted(std::string_view jti);
    boost::asio::awaitable<bool> is_recorded(std::string_view jti);

  private:
    db::Pool& pool_;
};

}  // namespace wdx::store
