#pragma once

#include <boost/asio/thread_pool.hpp>

namespace wdx::app {

/// Threads for what would block the event loop: connecting, start-up checks, files, cancelling statements.
class Workers {
  public:
    [[nodiscard]] boost::asio::thread_pool& blocking() noexcept { return blocking_; }
    [[nodiscard]] boost::asio::thread_pool& cancelling() noexcept { return cancelling_; }

    /// Waits for the threads.  libpq may hang in one of them, on a server that is out of reach; to be called when
    /// nothing that was promised depends on them any more, so that after a while the process ends without them.
    /// @param exit_status  with which it then ends
    void join(int exit_status);

  private:
    boost::asio::thread_pool blocking_{2};
    boost::asio::thread_pool cancelling_{1};
};

}  // namespace wdx::app
