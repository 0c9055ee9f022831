#pragma once

#include "base/periodic.hpp"
#include "model/signals.hpp"
#include "store/core/schema_watch.hpp"
#include "store/insight/probability_store.hpp"

#include <chrono>
#include <functional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

namespace wdx::app {

struct ProbabilityKeeperOptions {
    boost::asio::any_io_executor executor;
    boost::asio::thread_pool& workers;  ///< for what computes
    store::ProbabilityStore& probabilities;
    store::SchemaWatch& schema;
    model::SignalWeights weights;
    std::string core_timezone;
    std::function<bool()> is_up;  ///< the database is there
};

/// Learns again how probable it is that a user with a score is harmful, a few seconds after sampled verdicts, or the
/// scores or ranks of their users, have changed.  Belongs to the event loop.
class ProbabilityKeeper {
  public:
    explicit ProbabilityKeeper(ProbabilityKeeperOptions options);

    /// Works until `stop`; to be called when our tables are known to be there.  Does not throw.
    boost::asio::awaitable<void> run() { return loop_.run(); }
    void stop() { loop_.stop(); }

  private:
    boost::asio::awaitable<std::chrono::milliseconds> step();
    boost::asio::awaitable<void> look();

    ProbabilityKeeperOptions options_;
    bool failing_ = false;  ///< the last look failed, and the log says so
    base::Periodic loop_;
};

}  // namespace wdx::app
