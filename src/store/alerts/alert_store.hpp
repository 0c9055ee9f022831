#pragma once

#include "alert/findings.hpp"
#include "alert/message.hpp"
#include "alert/texts.hpp"
#include "db/pool.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace wdx::store {

/// Something that has been told and is not over, or was there before anybody looked.
struct AlertCondition {
    std::string kind;
    std::string subject;
    std::string part;
    std::optional<alert::KnownRows> rows{};  ///< of a check of the data
    std::chrono::sys_seconds last_at{};      ///< when it was last seen
};

/// What metrics tell, of all processes of the database.  Times are seconds since 1970.
struct AlertStatus {
    std::int64_t undelivered = 0;  ///< deliveries that are not confirmed yet
    std::optional<std::int64_t> backup_made{};
    std::optional<std::int64_t> backup_failed{};
};

/// The turn of the process that looks.
struct AlertTurn {
    bool is_ours = false;
    std::optional<std::int64_t> log_id{};  ///< newest entry of the log that was looked at; nullopt: none yet
    std::vector<AlertCondition> conditions{};
    AlertStatus status{};
};

/// What a look has found.
struct AlertChanges {
    std::vector<alert::Said> alerts{};
    std::vector<AlertCondition> put{};
    std::vector<AlertCondition> dropped{};
    std::optional<std::int64_t> log_id{};
    std::optional<std::string> digest_at{};  ///< a time of the database's making

    [[nodiscard]] bool is_empty() const {
        return alerts.empty() && put.empty() && dropped.empty() && !log_id && !digest_at;
    }
};

/// An alert that one process may try to deliver now.
struct ClaimedAlert {
    alert::Message message;
    std::int64_t attempt = 0;  ///< from 1; says whose attempt it is
};

/// The table watchdxg_alert and what belongs to it.  Every method throws DbError.  Belongs to the event loop.
class AlertStore {
  public:
    static constexpr std::int64_t kPruneRows = 1000;  ///< deleted by one statement

    /// @param holder    the name of this process
    /// @param channels  to which new alerts go
    AlertStore(db::Pool& pool, std::string holder, const std::vector<std::string>& channels);

    /// Takes or keeps the turn to look, for so long; reads what is known.
    boost::asio::awaitable<AlertTurn> take_turn(std::chrono::seconds lease);

    /// Writes what a look has found, with an event for new alerts; nothing when the turn has been lost.
    /// @param public_url  without a slash at its end; empty: no links
    /// @return whether it was written
    boost::asio::awaitable<bool> save(const AlertChanges& changes, std::chrono::seconds lease,
                                      const std::string& public_url);

    /// Writes an alert that is sent at once and never again.
    boost::asio::awaitable<ClaimedAlert> add_test(const alert::Said& said, const std::string& public_url);

    /// The oldest alert that is due for a channel; until the lease ends nobody else gets it.
    /// @param longest_pause  between two attempts
    boost::asio::awaitable<std::optional<ClaimedAlert>> claim(std::string_view channel, std::chrono::seconds lease,
                                                              std::chrono::seconds longest_pause);

    /// What became of an attempt.
    /// @param error  empty: the receiver has confirmed it
    /// @param pause  until the next attempt; nullopt: there is none
    boost::asio::awaitable<void> settle(const ClaimedAlert& claimed, std::string_view channel, const std::string& error,
                                        std::optional<std::chrono::milliseconds> pause);

    /// Deletes alerts older than `retention`, at most `kPruneRows`.
    /// @return how many
    boost::asio::awaitable<std::int64_t> prune(std::chrono::seconds retention);

  private:
    db::Pool& pool_;
    std::string holder_;
    std::string channels_;  ///< a JSON array
};

}  // namespace wdx::store
