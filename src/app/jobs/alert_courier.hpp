#pragma once

#include "alert/backoff.hpp"
#include "alert/sender.hpp"
#include "base/periodic.hpp"
#include "store/alerts/alert_store.hpp"
#include "store/journal/journal.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace wdx::app {

struct AlertCourierOptions {
    boost::asio::any_io_executor executor;
    std::string channel;  ///< of the sender
    alert::Sender& sender;
    store::AlertStore& alerts;
    store::Journal& journal;
    alert::Backoff backoff;
    std::chrono::seconds timeout;  ///< of one attempt
    std::function<bool()> is_up;   ///< the database is there
};

/// Delivers alerts to one channel, one after the other: each until it is confirmed.  Processes on one database share
/// the work.  Belongs to the event loop.
class AlertCourier {
  public:
    explicit AlertCourier(AlertCourierOptions options);

    /// Works until `stop`; to be called when our tables are known to be there.  Does not throw.
    boost::asio::awaitable<void> run() { return loop_.run(); }
    void stop() { loop_.stop(); }
    /// There may be something to deliver.
    void wake() { loop_.wake(); }

    [[nodiscard]] const std::string& channel() const noexcept { return options_.channel; }
    [[nodiscard]] std::uint64_t delivered() const noexcept { return delivered_; }  ///< alerts
    [[nodiscard]] std::uint64_t failed() const noexcept { return failed_; }        ///< attempts

  private:
    boost::asio::awaitable<std::chrono::milliseconds> step();
    boost::asio::awaitable<bool> deliver();
    boost::asio::awaitable<void> settle();
    void note(const store::ClaimedAlert& claimed, const std::string& error);

    /// What became of an attempt.
    struct Outcome {
        store::ClaimedAlert claimed;
        std::string error;
        std::optional<std::chrono::milliseconds> pause;
    };

    AlertCourierOptions options_;
    std::optional<Outcome> outcome_;  ///< not written down yet: the database may have gone meanwhile
    std::uint64_t delivered_ = 0;
    std::uint64_t failed_ = 0;
    bool failing_ = false;  ///< the database refused something, and the log says so
    base::Periodic loop_;
};

}  // namespace wdx::app
