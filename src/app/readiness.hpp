#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

namespace wdx::app {

/// How far the program is on the way to serving data, and why it cannot.  Each step is taken from its own state alone;
/// in any other state the call changes nothing.  Belongs to the event loop.
///
///     connecting -- begin_check --> checking -- open --> open
///          ^                          |
///          +------- postpone ---------+          any -- fail --> failed
class Readiness {
  public:
    enum class State {
        connecting,  ///< the database has not been there yet, or went away while it was checked
        checking,    ///< it is there; migrations and tables are being looked at
        open,        ///< it was found servable; so it stays when the database goes away for a time
        failed       ///< the program ends, and says so by its exit status
    };

    /// What other parts know at the moment.
    struct Facts {
        bool database_up = false;
        bool schema_known = false;
        std::string schema_problem{};  ///< why the core's tables cannot be served; empty: they can
    };

    explicit Readiness(const boost::asio::any_io_executor& executor) : first_attempt_(executor) {}

    [[nodiscard]] State state() const noexcept { return state_; }
    [[nodiscard]] bool is_open() const noexcept { return state_ == State::open; }
    [[nodiscard]] bool has_failed() const noexcept { return state_ == State::failed; }

    void begin_check();
    void open();
    /// @param why  the check could not be made, as the operator reads it
    void postpone(const std::string& why);
    void fail() { state_ = State::failed; }

    /// An attempt to connect has ended, or the connection was lost.
    void database_is_up();
    void database_is_down(const std::string& why);
    /// The database has been reached, or could not be, for the first time.
    [[nodiscard]] bool is_first_attempt_over() const noexcept { return database_ != Database::unknown; }
    /// Waits for that, for at most `patience`.
    boost::asio::awaitable<void> wait_for_first_attempt(std::chrono::milliseconds patience);
    /// The program stops: nobody waits any longer.
    void stop_waiting() { first_attempt_.cancel(); }

    /// Why data cannot be served, one sentence each, for the operator; none when it can.
    [[nodiscard]] std::vector<std::string> problems(const Facts& facts) const;

  private:
    enum class Database { unknown, up, down };

    State state_ = State::connecting;
    Database database_ = Database::unknown;
    std::string database_problem_;  ///< why the last attempt to connect, or to check, failed
    boost::asio::steady_timer first_attempt_;
};

}  // namespace wdx::app
