#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <vector>

namespace wdx::app {

/// What systemd and this program tell each other, by the protocols that sd_listen_fds(3) and sd_notify(3) describe.
/// libsystemd would bring five libraries into the process for these few lines.

/// The listening sockets that were made for this process (socket activation).  From now on they are closed on exec, and
/// the variables that announced them are gone.  Changes the environment: call it before there are threads.
/// @return file descriptors, empty when there are none
/// @throws std::runtime_error when they are announced but not there
std::vector<int> take_activated_sockets();

/// Tells the service manager what the program is doing.  Without one ($NOTIFY_SOCKET) it does nothing.  Never blocks.
class ServiceManager {
  public:
    using Clock = std::chrono::steady_clock;

    ServiceManager();
    ServiceManager(const ServiceManager&) = delete;
    ServiceManager& operator=(const ServiceManager&) = delete;
    ~ServiceManager();

    void ready();
    void reloading();
    void stopping();
    /// Tells the watchdog, if there is one ($WATCHDOG_USEC), that the event loop runs.  Call it often: it sends once
    /// per half interval.
    void keep_alive(Clock::time_point now);

  private:
    void send(std::string_view state);

    int socket_ = -1;
    sockaddr_un address_{};
    socklen_t address_size_ = 0;
    std::chrono::microseconds watchdog_interval_{0};  ///< zero: nobody watches
    Clock::time_point kept_alive_at_{};
};

}  // namespace wdx::app
