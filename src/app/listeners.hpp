#pragma once

#include "http/server.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

namespace wdx::app {

struct ListenersOptions {
    http::ServerOptions clients;         ///< with its handler; `tls` is filled from the files below
    http::ServerOptions management;      ///< with its handler; never with TLS, for it is reached on this machine alone
    std::vector<std::string> addresses;  ///< WDX_LISTEN
    std::vector<int> sockets;            ///< listening already (socket activation): used instead of `addresses`
    std::string management_address;      ///< WDX_MANAGEMENT_LISTEN; empty: none
    std::filesystem::path tls_cert;      ///< with tls_key; both empty: plain HTTP
    std::filesystem::path tls_key;
};

/// True when a socket, or where there is none an address, can be reached from other machines.
bool is_beyond_loopback(const std::vector<int>& sockets, const std::vector<std::string>& addresses);

/// Where the program can be reached: the server for clients and the one for the management, each on its listeners, and
/// the lines on standard output that say so.  Belongs to the event loop.
class Listeners {
  public:
    /// Reads the certificate; listens nowhere yet.
    /// @throws std::exception with a sentence for the operator when TLS is not usable
    Listeners(const boost::asio::any_io_executor& executor, const ListenersOptions& options);

    /// Takes the addresses: the system queues connections from now on.
    /// @throws std::runtime_error with a sentence for the operator: an address is in use, or not ours
    void listen();
    /// Answers on the management listener, if there is one, and says `management on ...`.
    void start_management();
    /// Accepts clients and says `listening on ...` for each listener.
    void start();

    /// Reads the certificate again; new connections get it.  The old one stays when the new one cannot be used, which
    /// the log says.  Without TLS it does nothing.
    /// @param workers  where the files are read
    boost::asio::awaitable<void> reload_tls(boost::asio::thread_pool& workers);

    /// No more clients; those in progress have until `timeout`.
    boost::asio::awaitable<void> stop(std::chrono::seconds timeout) { return clients_.stop(timeout); }
    boost::asio::awaitable<void> stop_management();

    /// What clients are told, e.g. `http://127.0.0.1:8000`; known after `listen`.
    [[nodiscard]] const std::vector<std::string>& urls() const noexcept { return urls_; }
    [[nodiscard]] std::size_t connections() const noexcept { return clients_.connections(); }

  private:
    ListenersOptions options_;
    http::Server clients_;
    http::Server management_;
    std::vector<std::string> urls_;
    std::string management_url_;
};

}  // namespace wdx::app
