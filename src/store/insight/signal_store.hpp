#pragma once

#include "db/pool.hpp"
#include "model/facts.hpp"
#include "model/kept_signals.hpp"
#include "store/core/core_views.hpp"
#include "store/insight/signal_sources.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace wdx::store {

/// Where the kept signals and the database stand.
struct SignalState {
    std::string source;                      ///< the cluster, the database and the tables; in a copy of it another one
    std::optional<std::string> kept_source;  ///< what the kept signals were made of
    std::optional<std::int64_t> horizon;     ///< every transaction with a lower number is in them
    bool is_of_today = false;                ///< ages were counted to this day (UTC)
    std::int64_t next_transaction = 0;       ///< the first number that has not been given
    std::int64_t changes = 0;                ///< PostgreSQL's count of changed rows of users and posts; may be late
    model::Microseconds now{};               ///< PostgreSQL's clock: every commit before it can be seen
};

/// Users whose signals are not those of the core's tables any more.
struct SignalChanges {
    std::vector<std::int64_t> ids;   ///< to be computed
    std::vector<std::int64_t> gone;  ///< no users any more
    bool is_cut = false;             ///< there are more of `ids` than kMostChangedUsers
    std::int64_t horizon = 0;        ///< as of this look
    std::int64_t next_transaction = 0;
    bool is_settled = false;  ///< no transaction was running
    model::Microseconds at{};
    std::int64_t users = 0;  ///< that there are
};

/// The kept signals, for who keeps them.  The writing functions answer false when another process has the turn: then
/// nothing was written.
class SignalStore {
  public:
    explicit SignalStore(db::Pool& pool) : pool_(pool) {}

    /// Nothing is read any more; what is being read ends with a DbError.
    void stop();
    /// What is being read ends with a DbError.
    void interrupt();

    boost::asio::awaitable<SignalState> state();
    /// @param horizon  from an earlier look; nullopt: all users are to be computed, and `ids` stays empty
    /// @param with_undated  also those whose ages are counted to today
    boost::asio::awaitable<SignalChanges> find_changes(const CoreViews& views, std::optional<std::int64_t> horizon,
                                                       bool with_undated);
    /// @param ids  nullopt: all users
    boost::asio::awaitable<SourceReader> read_sources(const CoreViews& views,
                                                      const std::optional<std::vector<std::int64_t>>& ids);

    /// For 20 seconds from now; each write begins them anew.
    boost::asio::awaitable<bool> take_turn(const std::string& holder);
    /// Begins them anew, as a write does.
    boost::asio::awaitable<bool> renew_turn(const std::string& holder);
    /// Up to where everything is kept now.
    struct Finished {
        std::string source;
        std::int64_t horizon;
        model::Microseconds at;  ///< to whose day ages were counted
    };
    /// @param finished  nullopt: what was begun could not be finished
    boost::asio::awaitable<void> end_turn(const std::string& holder, const std::optional<Finished>& finished);

    /// The users as `write` takes them: takes a while, not for the event loop.
    static std::string written(const std::vector<model::KeptSignals>& users);
    boost::asio::awaitable<bool> write(const std::string& holder, std::string users);
    /// Users of whom nothing is kept yet; no turn is needed.
    boost::asio::awaitable<void> add(const std::vector<model::KeptSignals>& users);
    boost::asio::awaitable<bool> remove(const std::string& holder, const std::vector<std::int64_t>& ids);

    /// The rows that share their handle with others, or are kept as if they did, ordered by account and handle.
    boost::asio::awaitable<std::vector<model::Namesake>> list_namesakes();
    /// @param rows  with the person and the month to be kept
    boost::asio::awaitable<bool> write_people(const std::string& holder, const std::vector<model::Namesake>& rows);

    /// The groups of three people and more that are wanted.
    boost::asio::awaitable<std::vector<model::Group>> list_groups(
        const std::function<bool(const model::Group&)>& is_wanted);
    /// @param cohorts  those that are larger than chance explains: all there are
    boost::asio::awaitable<bool> write_cohorts(const std::string& holder, const std::vector<model::Group>& cohorts);
    /// The waves among the kept cohorts.
    boost::asio::awaitable<std::vector<model::Group>> list_waves();

    /// At most kMostChangedUsers.
    boost::asio::awaitable<std::vector<model::WaveChange>> list_wave_changes();
    boost::asio::awaitable<bool> write_waves(const std::string& holder, const std::vector<model::WaveChange>& users);

    /// Finds anew from where ranks are counted, and writes it an account at a time.
    boost::asio::awaitable<bool> write_steps(const std::string& holder);

  private:
    boost::asio::awaitable<std::shared_ptr<db::Stream>> open(const db::Query& query, std::vector<db::Param> params);
    /// Reads a row at a time: of many there is never more than one in memory.
    boost::asio::awaitable<void> read_each(const db::Query& query, std::vector<db::Param> params,
                                           const std::function<void(const db::Row&)>& read);
    boost::asio::awaitable<bool> write_json(const db::Query& query, std::string holder, std::string json);

    db::Pool& pool_;
    std::vector<std::weak_ptr<db::Stream>> reading_;
    bool is_stopping_ = false;
};

}  // namespace wdx::store
