#pragma once

#include "base/periodic.hpp"
#include "store/alerts/alert_figures.hpp"
#include "store/alerts/alert_store.hpp"
#include "store/core/schema_watch.hpp"
#include "store/journal/journal.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace wdx::app {

/// From when on each kind is told; nullopt, false: never.
struct AlertThresholds {
    std::optional<std::int64_t> new_wave{};      ///< users
    std::optional<double> harmful_share{};       ///< points, in parts of 1
    std::optional<double> followers_drop{};      ///< share
    std::optional<std::int64_t> core_silent{};   ///< days
    std::optional<std::int64_t> data_quality{};  ///< rows
    std::optional<std::int64_t> queue_stuck{};   ///< hours
    bool new_login_address = true;
    bool refresh_reuse = true;
    bool backup_failed = true;
};

enum class DigestPeriod { off, daily, weekly };

/// Decides when to look again at what takes all rows: after a change, or ten minutes after the last look, and not
/// before a rest of twenty times the length of that.  After a failure the rest is a minute at least, twice as long
/// after each further one, and never longer than two hours.
class CostlyLook {
  public:
    using Clock = std::chrono::steady_clock;

    /// @param last_event  number of the newest change of the core's tables
    [[nodiscard]] bool is_due(Clock::time_point now, std::int64_t last_event) const;
    void finish(Clock::time_point began, Clock::time_point now, std::int64_t last_event);
    /// The look has failed.
    /// @param why  kept until one does not
    void fail(Clock::time_point began, Clock::time_point now, std::string why);
    /// Why the last look failed; empty: it did not.
    [[nodiscard]] const std::string& failure() const noexcept { return failure_; }

  private:
    std::optional<std::int64_t> last_event_;
    Clock::time_point ended_{};
    Clock::duration took_{};
    Clock::duration rest_{};  ///< after a failure
    std::string failure_;
};

struct AlertWatcherOptions {
    boost::asio::any_io_executor executor;
    store::AlertStore& alerts;
    store::AlertFigures& figures;
    store::Journal& journal;
    store::SchemaWatch& schema;
    std::string core_timezone;
    AlertThresholds thresholds;
    DigestPeriod digest = DigestPeriod::weekly;
    std::string digest_timezone;
    std::string public_url;                    ///< without a slash at its end; empty: no links
    std::chrono::seconds interval;             ///< between two looks
    std::function<bool()> is_up;               ///< the database is there
    std::function<std::int64_t()> last_event;  ///< number of the newest change that this process knows of
    std::function<bool()> are_waves_known;     ///< they have been computed once
    std::function<void()> on_alerts;           ///< there are new ones to be delivered
};

/// Looks for what alerts tell of, in one of the processes of a database, and writes the alerts: once for each thing
/// that happened, until it is over.  What is there when it is looked at for the first time is no news.  Also makes the
/// digests.  Belongs to the event loop.
class AlertWatcher {
  public:
    explicit AlertWatcher(AlertWatcherOptions options);

    /// Works until `stop`; to be called when our tables are known to be there.  Does not throw.
    boost::asio::awaitable<void> run() { return loop_.run(); }
    void stop() { loop_.stop(); }

    /// As of the last look.
    [[nodiscard]] const store::AlertStatus& status() const noexcept { return status_; }
    /// Alerts that this process has made.
    [[nodiscard]] std::uint64_t made() const noexcept { return made_; }

  private:
    using Check = boost::asio::awaitable<void> (AlertWatcher::*)(const store::AlertTurn&);

    boost::asio::awaitable<std::chrono::milliseconds> step();
    boost::asio::awaitable<void> look();
    boost::asio::awaitable<void> run_check(Check check, const store::AlertTurn& turn, std::string_view name);
    boost::asio::awaitable<void> look_at_log(const store::AlertTurn& turn);
    boost::asio::awaitable<void> look_at_waves(const store::AlertTurn& turn);
    boost::asio::awaitable<void> look_at_days(const store::AlertTurn& turn);
    boost::asio::awaitable<void> look_at_core(const store::AlertTurn& turn);
    boost::asio::awaitable<void> look_at_data(const store::AlertTurn& turn);
    boost::asio::awaitable<void> find_last_scrape();
    boost::asio::awaitable<std::vector<store::AccountFindings>> check_data();
    boost::asio::awaitable<void> look_at_queue(const store::AlertTurn& turn);
    boost::asio::awaitable<void> look_at_digest(const store::AlertTurn& turn);
    boost::asio::awaitable<void> save(const store::AlertChanges& changes);
    [[nodiscard]] std::chrono::seconds lease() const;

    AlertWatcherOptions options_;
    CostlyLook core_look_;
    CostlyLook data_look_;
    std::optional<std::chrono::sys_seconds> last_scrape_;
    std::string failing_;  ///< what failed in the last look, as the log has been told
    std::string failed_;   ///< what has failed in this look
    store::AlertStatus status_;
    std::uint64_t made_ = 0;
    base::Periodic loop_;
};

}  // namespace wdx::app
