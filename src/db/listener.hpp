#pragma once

#include "db/connection.hpp"

#include <chrono>
#include <functional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

namespace wdx::db {

/// A connection of its own that LISTENs on one channel, and is replaced whenever it is lost.  A notification only says
/// that there is something to be read; its payload is not looked at.  Behind a pooler, which would lose notifications,
/// it does not listen.  Belongs to the event loop's thread.
class Listener {
  public:
    /// How often an idle connection is asked whether it is still there, and how long the answer may take.
    static constexpr std::chrono::seconds kProbeInterval{5};
    static constexpr std::chrono::seconds kProbeTimeout{5};

    /// @param connect  of the server itself, not of a pooler
    /// @param workers  threads for connecting
    /// @param channel  a constant, a plain SQL identifier
    Listener(boost::asio::any_io_executor executor, boost::asio::thread_pool& workers, ConnectOptions connect,
             std::string_view channel);

    /// Listens until `stop`.  Does not throw.
    /// @param on_news  called after each notification, and once whenever a connection begins to listen, for what was
    ///                 missed until then
    boost::asio::awaitable<void> run(std::function<void()> on_news);
    void stop();

    /// Notifications arrive at present.
    [[nodiscard]] bool is_listening() const noexcept { return listening_; }

  private:
    using Clock = std::chrono::steady_clock;

    boost::asio::awaitable<void> connect();
    boost::asio::awaitable<void> listen(const std::function<void()>& on_news);
    boost::asio::awaitable<Rows> ask(const std::string& sql);
    boost::asio::awaitable<bool> wait_for_input(Clock::time_point deadline);
    bool take_notifications();
    boost::asio::awaitable<void> pause(std::chrono::milliseconds time);
    void disconnect();
    void tell(const std::string& problem);

    boost::asio::any_io_executor executor_;
    boost::asio::thread_pool& workers_;
    ConnectOptions options_;
    std::string channel_;
    ConnectionPtr connection_;
    boost::asio::posix::stream_descriptor socket_;
    boost::asio::steady_timer timer_;
    std::string problem_;  ///< that the log has been told of
    bool listening_ = false;
    bool stopping_ = false;
};

}  // namespace wdx::db
