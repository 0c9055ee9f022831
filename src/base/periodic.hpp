#pragma once

#include <chrono>
#include <functional>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

namespace wdx::base {

/// Repeats a step until it is stopped: the step runs, says how long to wait, and runs again after that.  One step at a
/// time.  Belongs to one thread, the executor's.
class Periodic {
  public:
    /// Does the work once.
    /// @return how long to wait before the next step; zero: do not wait
    using Step = std::function<boost::asio::awaitable<std::chrono::milliseconds>()>;

    /// @param step  must not be a capturing coroutine lambda: call a named coroutine from it
    Periodic(const boost::asio::any_io_executor& executor, Step step);

    /// The first step begins at once.  Returns after `stop`, when a step that is running has ended; at once if `stop`
    /// came first.  To be called once.
    /// @throws what the step throws; then there are no more steps
    boost::asio::awaitable<void> run();

    /// Begins the next step without waiting.  While a step runs: there is no wait after it.
    void wake();

    /// No more steps.  Does not wait for the one that is running.  It is not an error to call it twice.
    void stop();

    [[nodiscard]] bool is_stopping() const noexcept { return stopping_; }

  private:
    Step step_;
    boost::asio::steady_timer timer_;
    bool woken_ = false;  ///< since the last step began
    bool stopping_ = false;
};

}  // namespace wdx::base
