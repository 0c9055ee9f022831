#pragma once

#include "base/clock.hpp"
#include "db/pool.hpp"
#include "store/login/operators.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

namespace wdx::store {

/// What a refresh token that was shown after its use has behind it.
struct Reuse {
    /// The newest pair of its session, where that may be given to whoever shows the token again.
    struct Successor {
        std::string refresh_text;
        std::string access_jti;
        base::UnixTime access_expires_at = 0;
    };
    std::int64_t family = 0;
    std::optional<Successor> successor;
};

/// Sessions: what one login has become, from its first pair of tokens to the current one.  A refresh token that the
/// original made has no session until we rotate it; it is listed and ended by itself.  Every end leaves an entry in the
/// log, in its own transaction.  Every method throws DbError.
class SessionStore {
  public:
    explicit SessionStore(db::Pool& pool) : pool_(pool) {}

    /// Statements for `Context::read`: live refresh tokens of an operator, the last used one first; or the one of a
    /// session that has had the token `jti`.  Rows of `jti, created_at, last_used_at, expires_at, address, user_agent,
    /// current`.
    /// @param access_jti  of the access token that asks: its session is the current one
    static std::size_t add_list(db::Batch& batch, std::int32_t user_id, std::string_view access_jti);
    static std::size_t add_find(db::Batch& batch, std::int32_t user_id, std::string_view access_jti,
                                std::string_view jti);

    /// Ends the session that has had the token `jti`: its refresh token is blacklisted, its access tokens are no
    /// longer valid.  Also one that was logged out, whose access tokens live on.
    /// @return false when the operator has no such session
    boost::asio::awaitable<bool> end(std::int32_t user_id, std::string_view jti, const Origin& origin);
    /// Ends all sessions but the one that the access token belongs to; all, if it belongs to none.
    /// @return false when there were no others
    boost::asio::awaitable<bool> end_others(std::int32_t user_id, std::string_view access_jti, const Origin& origin);
    /// Ends one by its number.  @return false when it is over already
    boost::asio::awaitable<bool> end_family(std::int32_t user_id, std::int64_t family, const Origin& origin);

    /// When the session of a refresh token began; nullopt when it has none.
    boost::asio::awaitable<std::optional<base::UnixTime>> find_beginning(std::string_view refresh_jti);
    /// Looks at a refresh token that is blacklisted.
    /// @param grace  so long after its use it has a successor: the pair that replaced it, until that is used, too
    /// @return nullopt when it was not replaced by another of a live session: it was logged out, or its session is over
    boost::asio::awaitable<std::optional<Reuse>> find_reuse(std::string_view refresh_jti, std::chrono::seconds grace);
    /// The same of one that several share, the tabs of a browser.
    /// @param grace  so long after its use its successor is the newest pair of the session, however many came between
    boost::asio::awaitable<std::optional<Reuse>> find_shared_reuse(std::string_view refresh_jti,
                                                                   std::chrono::seconds grace);

  private:
    boost::asio::awaitable<std::optional<Reuse>> find_reuse(const db::Query& query, std::string_view refresh_jti,
                                                            std::chrono::seconds grace);

    db::Pool& pool_;
};

}  // namespace wdx::store
