#pragma once

#include "http/session.hpp"

#include <list>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

namespace wdx::http {

struct ServerOptions {
    SessionOptions session;
    std::size_t max_connections = 12000;
    unsigned unix_mode = 0660;        ///< of a unix socket's file
    std::shared_ptr<TlsContext> tls;  ///< null: plain HTTP; otherwise on every TCP listener, never on unix sockets
};

/// True when only this machine can reach a listening socket: a unix one, or one bound to 127.0.0.0/8 or ::1.
bool is_loopback_listener(int socket);

/// Accepts connections on its listeners and keeps their sessions.  Belongs to the event loop's thread.
class Server {
  public:
    Server(boost::asio::any_io_executor executor, ServerOptions options);

    /// Listens on a TCP port (0: the system picks one) of a numeric address or `localhost`, or on a unix socket.
    /// @return what a client is told: `http://127.0.0.1:8000` (`https:` with TLS), `unix:/run/wdx.sock`
    /// @throws boost::system::system_error  the address is in use, not ours, or has no such name
    std::string listen_tcp(const std::string& host, std::uint16_t port);
    std::string listen_unix(const std::string& path);
    /// Takes over a socket that listens already, TCP or unix; the file of a unix socket is left alone at the end.
    /// @throws boost::system::system_error when it is no such socket
    std::string adopt(int socket);

    /// What connections get that are accepted from now on; there was TLS from the beginning.
    void set_tls(std::shared_ptr<TlsContext> tls) { options_.tls = std::move(tls); }

    /// Starts accepting.
    void start();
    /// Takes no more connections, lets requests in progress end, and closes what is left after `timeout`.
    boost::asio::awaitable<void> stop(std::chrono::seconds timeout);

    [[nodiscard]] std::size_t connections() const noexcept { return sessions_.size(); }

  private:
    using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>;

    Acceptor& open(const boost::asio::generic::stream_protocol::endpoint& endpoint);
    boost::asio::awaitable<void> accept(Acceptor& acceptor);
    void take_backlog(Acceptor& acceptor);
    boost::asio::awaitable<void> watch_deadlines();
    boost::asio::awaitable<void> run_session(Session::Socket socket);

    boost::asio::any_io_executor executor_;
    ServerOptions options_;
    std::list<Acceptor> acceptors_;
    std::vector<std::string> unix_paths_;
    std::unordered_set<Session*> sessions_;
    bool stopping_ = false;
};

}  // namespace wdx::http
