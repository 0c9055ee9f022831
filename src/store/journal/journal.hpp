#pragma once

#include "base/periodic.hpp"
#include "db/pool.hpp"
#include "store/journal/flood_gate.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

namespace wdx::store {

/// The kinds of entries, `event` at /api/logs/.  Clients filter by these names: they do not change.  docs/api/ says
/// when each is written.
namespace entry {

inline constexpr std::string_view kStart = "start";
inline constexpr std::string_view kStop = "stop";
inline constexpr std::string_view kLogin = "login";
inline constexpr std::string_view kLoginRefused = "login_refused";
inline constexpr std::string_view kLogout = "logout";
inline constexpr std::string_view kRefreshRefused = "refresh_refused";
inline constexpr std::string_view kRefreshReuse = "refresh_reuse";
inline constexpr std::string_view kSessionEnded = "session_ended";
inline constexpr std::string_view kPasswordChanged = "password_changed";
inline constexpr std::string_view kThrottled = "throttled";
inline constexpr std::string_view kFactorEnabled = "factor_enabled";
inline constexpr std::string_view kFactorDisabled = "factor_disabled";
inline constexpr std::string_view kClassificationChanged = "classification_changed";
inline constexpr std::string_view kClassificationDeleted = "classification_deleted";
inline constexpr std::string_view kActionAdded = "action_added";
inline constexpr std::string_view kActionChanged = "action_changed";
inline constexpr std::string_view kActionDeleted = "action_deleted";
inline constexpr std::string_view kSnoozed = "snoozed";
inline constexpr std::string_view kSnoozeEnded = "snooze_ended";
inline constexpr std::string_view kActionPlanned = "action_planned";
inline constexpr std::string_view kPlanCancelled = "plan_cancelled";
inline constexpr std::string_view kPlanDone = "plan_done";
inline constexpr std::string_view kPlanFailed = "plan_failed";
inline constexpr std::string_view kExempted = "exempted";
inline constexpr std::string_view kExemptionEnded = "exemption_ended";
inline constexpr std::string_view kError = "error";
inline constexpr std::string_view kDatabase = "database";
inline constexpr std::string_view kSchema = "schema";
inline constexpr std::string_view kMaintenance = "maintenance";
inline constexpr std::string_view kEntriesLost = "entries_lost";
inline constexpr std::string_view kBackupMade = "backup_made";
inline constexpr std::string_view kBackupFailed = "backup_failed";
inline constexpr std::string_view kRestored = "restored";
inline constexpr std::string_view kAlert = "alert";
inline constexpr std::string_view kAlertDelivered = "alert_delivered";
inline constexpr std::string_view kAlertFailed = "alert_failed";

}  // namespace entry

enum class EntryLevel { info, warning, error };

/// `info`, `warning`, `error`
std::string_view name_of(EntryLevel level);

/// An entry of the journal before it is stored.  What is empty is NULL there.  Texts may be foreign: they are made safe
/// and cut.  Never a password, a token or a code, and no name that was typed for a login that was refused.
struct JournalEntry {
    EntryLevel level = EntryLevel::info;
    std::string_view kind;  ///< one of the names above
    std::string_view operator_name{};
    std::optional<std::int32_t> operator_id{};  ///< of auth_user, instead of a name that is not known here
    std::string_view address{};
    std::string_view request_id{};
    std::optional<std::int64_t> user_id{};  ///< the X user that a change was about
    std::string_view before{};              ///< JSON without `\u0000`, as the row was
    std::string_view after{};
    std::string_view message{};
};

/// An entry as the statement reads it: a JSON object with the members that are not empty, all texts safe and cut.
/// @param microseconds  since 1970-01-01 UTC; nullopt: the time of the transaction
std::string render_entry(const JournalEntry& entry, std::optional<std::int64_t> microseconds);

/// The journal, which operators read at /api/logs/: the table watchdxg_log.  Entries are collected here and written in
/// batches, so that no request waits for them: what has not been written yet is lost when the process is killed. Floods
/// are cut down by a FloodGate.  While the database is away entries wait, up to `kQueue`; what comes then is counted,
/// and later an entry says how many are missing. Belongs to the event loop.
class Journal {
  public:
    static constexpr std::size_t kQueue = 10'000;
    static constexpr std::size_t kBatch = 500;  ///< written by one statement
    static constexpr std::chrono::milliseconds kInterval{1000};
    static constexpr std::int64_t kPruneRows = 5000;  ///< deleted by one statement

    Journal(const boost::asio::any_io_executor& executor, db::Pool& pool);

    /// Adds an entry.  Never waits for the database.
    void add(const JournalEntry& entry) noexcept;
    /// Entries that were or will not be written: the queue was full, the database refused them, or it was away at the
    /// end.  What the FloodGate holds back is not lost.
    [[nodiscard]] std::uint64_t lost() const noexcept { return lost_; }

    /// Writes what is collected, until `stop`.  To be called once, when the table is known to be there.
    boost::asio::awaitable<void> run();
    /// Writes the rest, for at most `patience`; the pool must still be running.
    boost::asio::awaitable<void> stop(std::chrono::milliseconds patience);

    /// Deletes entries older than `retention`, oldest first: at most `kPruneRows`, and none while another process is
    /// doing it.
    /// @return how many; fewer than `kPruneRows`: that was all for now
    /// @throws DbError
    boost::asio::awaitable<std::int64_t> prune(std::chrono::seconds retention);

  private:
    void enqueue(const JournalEntry& entry);
    void enqueue_summaries(const std::vector<FloodGate::Summary>& summaries);
    [[nodiscard]] std::string render_batch(std::size_t count) const;
    boost::asio::awaitable<std::chrono::milliseconds> write();
    boost::asio::awaitable<bool> write_batch();
    void tell_lost();

    db::Pool& pool_;
    base::Periodic writing_;
    boost::asio::steady_timer patience_;  ///< of `stop`; cancelled when `run` has ended
    FloodGate gate_;
    std::deque<std::string> queue_;  ///< rendered, oldest first
    std::int64_t last_time_ = 0;     ///< of the newest entry; each has a later one
    std::uint64_t lost_ = 0;
    std::uint64_t lost_told_ = 0;  ///< of these an entry tells
    bool running_ = false;
    bool failing_ = false;  ///< the last attempt failed, and the log says so
};

}  // namespace wdx::store
