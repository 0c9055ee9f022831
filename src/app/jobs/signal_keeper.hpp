#pragma once

#include "base/periodic.hpp"
#include "model/signals.hpp"
#include "store/core/schema_watch.hpp"
#include "store/insight/signal_freshness.hpp"
#include "store/insight/signal_store.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

namespace wdx::app {

/// Decides when to look for changed users: at once when PostgreSQL counted changes, now and then when it may not have
/// counted yet, and never more than a share of the time.  The first look may take long, and the next one, for what has
/// changed meanwhile, need not wait for that.
class LookSchedule {
  public:
    using Clock = std::chrono::steady_clock;

    /// What is cheap to know about the core's tables.
    struct Signs {
        std::int64_t changes = 0;           ///< that were counted
        std::int64_t next_transaction = 0;  ///< none at all since, while this stays the same
        bool is_of_today = true;            ///< ages were counted to this day
    };

    /// Nothing can have changed since the last look, neither rows nor ages.
    [[nodiscard]] bool is_still(const Signs& signs) const;
    [[nodiscard]] bool is_due(Clock::time_point now, const Signs& signs) const;
    /// A look has ended.
    /// @param signs    as they were before it
    /// @param settled  no transaction was running then: a later one has a number of its own
    void finish(Clock::time_point began, Clock::time_point now, const Signs& signs, bool settled);
    /// A look has failed: what it would have found is still to be found, after a rest.
    void fail(Clock::time_point began, Clock::time_point now);

  private:
    std::optional<Signs> seen_;
    bool is_settled_ = false;
    Clock::time_point ended_{};
    Clock::duration took_{};
};

struct SignalKeeperOptions {
    boost::asio::any_io_executor executor;
    boost::asio::thread_pool& workers;  ///< for what computes
    store::SignalStore& signals;
    store::SchemaWatch& schema;
    store::SignalFreshness& freshness;  ///< is kept up to date
    model::SignalWeights weights;
    std::string core_timezone;
    std::function<bool()> is_up;  ///< the database is there
};

/// Keeps the signals of all users as the core's tables are.  One process does it at a time; the others look, and find
/// nothing to do.  See docs/adr/0018-kept-signals.md.  Belongs to the event loop.
class SignalKeeper {
  public:
    explicit SignalKeeper(SignalKeeperOptions options);

    /// Works until `stop`; to be called when our tables are known to be there.  Does not throw.
    boost::asio::awaitable<void> run() { return loop_.run(); }
    /// Beside it, for as long: renews the turn, however long what is read or computed takes.  Does not throw.
    boost::asio::awaitable<void> keep_turn() { return renewal_.run(); }
    void stop();

  private:
    /// Account, kind, month and key: the people in that wave.
    using Waves = std::map<std::tuple<std::int64_t, std::string, std::chrono::sys_days, std::int64_t>, std::int64_t>;

    struct Turn {
        bool is_lost = false;  ///< another process has it
    };

    boost::asio::awaitable<std::chrono::milliseconds> step();
    boost::asio::awaitable<std::chrono::milliseconds> renew();
    boost::asio::awaitable<void> look();
    boost::asio::awaitable<bool> take_turn_and_keep(const store::CoreViews& views, const store::SignalChanges& changes,
                                                    bool of_all, const std::string& source);
    boost::asio::awaitable<bool> keep(const store::CoreViews& views, const store::SignalChanges& changes, bool of_all);
    boost::asio::awaitable<bool> keep_users(const store::CoreViews& views, const store::SignalChanges& changes,
                                            bool of_all);
    boost::asio::awaitable<bool> keep_people();
    boost::asio::awaitable<bool> keep_waves();
    [[nodiscard]] std::string source_of(const std::string& database) const;

    SignalKeeperOptions options_;
    std::string holder_;
    std::vector<double> weights_;
    LookSchedule schedule_;
    bool failing_ = false;        ///< the last look failed, and the log says so
    std::shared_ptr<Turn> turn_;  ///< while this process has it
    base::Periodic loop_;
    base::Periodic renewal_;
};

}  // namespace wdx::app
