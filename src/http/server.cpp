#include "http/server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

namespace wdx::http {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using Endpoint = asio::generic::stream_protocol::endpoint;

constexpr auto kDeadlineInterval = 250ms;
constexpr auto kAcceptPause = 100ms;  ///< after an error such as "too many open files"
constexpr auto kDrainInterval = 10ms;
/// Answered before anything is read when there are too many connections.
constexpr std::string_view kFull =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nRetry-After: 5\r\nContent-Length: 35\r\n"
    "Connection: close\r\n\r\n{\"detail\":\"Too many connections.\"}\n";

bool is_unix(const Endpoint& endpoint) {
    return endpoint.protocol().family() == AF_UNIX;
}

/// @param endpoint  of an Internet socket
asio::ip::tcp::endpoint tcp_endpoint(const Endpoint& endpoint) {
    asio::ip::tcp::endpoint tcp;
    if (endpoint.size() > tcp.capacity()) return tcp;
    std::memcpy(tcp.data(), endpoint.data(), endpoint.size());
    tcp.resize(endpoint.size());
    return tcp;
}

Peer peer_of(const Endpoint& endpoint, bool is_tls) {
    if (is_unix(endpoint)) return {.address = {}, .is_loopback = true};
    asio::ip::address address = tcp_endpoint(endpoint).address();
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    return {.address = address.to_string(), .is_loopback = address.is_loopback(), .is_tls = is_tls};
}

std::string_view scheme(bool is_tls) {
    return is_tls ? "https" : "http";
}

/// The path of a unix socket, `@name` of one without a file.
std::string path_of(const Endpoint& endpoint) {
    const auto* address = reinterpret_cast<const sockaddr_un*>(endpoint.data());
    std::string path(address->sun_path, endpoint.size() - offsetof(sockaddr_un, sun_path));
    if (path.starts_with('\0')) path.front() = '@';
    return path.substr(0, path.find('\0'));
}

int socket_option(int socket, int name) {
    int value = 0;
    socklen_t size = sizeof value;
    if (::getsockopt(socket, SOL_SOCKET, name, &value, &size) != 0)
        throw boost::system::system_error(errno, boost::system::system_category());
    return value;
}

/// @return what a descriptor is bound to, an endpoint of no family when it is no socket
Endpoint local_endpoint(int socket) {
    Endpoint bound;
    auto size = static_cast<socklen_t>(bound.capacity());
    if (::getsockname(socket, bound.data(), &size) != 0) return {};
    bound.resize(size);
    return bound;
}

/// Removes the socket file of a server that is gone; one that still answers is left alone.
void remove_stale_socket(const std::string& path) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0 || !S_ISSOCK(info.st_mode)) return;
    asio::io_context context;
    asio::local::stream_protocol::socket probe(context);
    boost::system::error_code error;
    probe.connect(asio::local::stream_protocol::endpoint(path), error);
    if (error == asio::error::connection_refused) ::unlink(path.c_str());
}

}  // namespace

bool is_loopback_listener(int socket) {
    return peer_of(local_endpoint(socket), false).is_loopback;
}

Server::Server(asio::any_io_executor executor, ServerOptions options)
    : executor_(std::move(executor)), options_(std::move(options)) {}

Server::Acceptor& Server::open(const Endpoint& endpoint) {
    Acceptor acceptor(executor_);
    acceptor.open(endpoint.protocol());
    acceptor.set_option(asio::socket_base::reuse_address(true));
    acceptor.bind(endpoint);
    acceptor.listen(asio::socket_base::max_listen_connections);
    acceptors_.push_back(std::move(acceptor));
    return acceptors_.back();
}

std::string Server::listen_tcp(const std::string& host, std::uint16_t port) {
    asio::ip::tcp::resolver resolver(executor_);
    const auto found = resolver.resolve(host, std::to_string(port), asio::ip::tcp::resolver::passive);
    // One listener for a name: its IPv4 address where it has one, as clients of the original expect of `localhost`.
    auto chosen = found.begin();
    for (auto it = found.begin(); it != found.end(); ++it) {
        if (it->endpoint().address().is_v4()) {
            chosen = it;
            break;
        }
    }
    const Acceptor& acceptor = open(Endpoint(chosen->endpoint()));
    const Endpoint bound = acceptor.local_endpoint();
    const auto* address = reinterpret_cast<const sockaddr_in*>(bound.data());
    const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return fmt::format("{}://{}:{}", scheme(options_.tls != nullptr), name, ntohs(address->sin_port));
}

std::string Server::adopt(int socket) {
    const Endpoint bound = local_endpoint(socket);
    const int family = bound.protocol().family();
    if ((family != AF_UNIX && family != AF_INET && family != AF_INET6) ||
        socket_option(socket, SO_TYPE) != SOCK_STREAM || socket_option(socket, SO_ACCEPTCONN) == 0)
        throw boost::system::system_error(asio::error::operation_not_supported);
    acceptors_.emplace_back(executor_, bound.protocol(), socket);
    if (is_unix(bound)) return "unix:" + path_of(bound);
    const asio::ip::tcp::endpoint tcp = tcp_endpoint(bound);
    const std::string address = tcp.address().to_string();
    const std::string name = tcp.address().is_v6() ? "[" + address + "]" : address;
    return fmt::format("{}://{}:{}", scheme(options_.tls != nullptr), name, tcp.port());
}

std::string Server::listen_unix(const std::string& path) {
    remove_stale_socket(path);
    // Nobody may connect between bind and chmod.
    const mode_t old = ::umask(0177);
    try {
        open(Endpoint(asio::local::stream_protocol::endpoint(path)));
    } catch (...) {
        ::umask(old);
        throw;
    }
    ::umask(old);
    unix_paths_.push_back(path);
    if (::chmod(path.c_str(), options_.unix_mode) != 0)
        throw boost::system::system_error(errno, boost::system::system_category(), "chmod " + path);
    return "unix:" + path;
}

void Server::start() {
    for (Acceptor& acceptor : acceptors_) asio::co_spawn(executor_, accept(acceptor), asio::detached);
    asio::co_spawn(executor_, watch_deadlines(), asio::detached);
}

asio::awaitable<void> Server::accept(Acceptor& acceptor) {
    asio::steady_timer pause(executor_);
    while (!stopping_) {
        boost::system::error_code error;
        Session::Socket socket = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
        if (error && stopping_) break;
        if (error) {
            if (error != asio::error::connection_aborted) {
                spdlog::error("cannot accept a connection: {}", error.message());
                pause.expires_after(kAcceptPause);
                co_await pause.async_wait(asio::use_awaitable);
            }
            continue;
        }
        if (sessions_.size() >= options_.max_connections) {
            // No bytes that a client with TLS would understand could be sent without a handshake.
            if (options_.tls && !is_unix(acceptor.local_endpoint(error))) continue;
            socket.non_blocking(true, error);
            socket.send(asio::buffer(kFull), 0, error);
            continue;
        }
        asio::co_spawn(executor_, run_session(std::move(socket)), asio::detached);
    }
}

/// Connections that the system has accepted for us are clients like the others: closing the listener would reset them.
void Server::take_backlog(Acceptor& acceptor) {
    boost::system::error_code error;
    acceptor.non_blocking(true, error);
    while (!error) {
        Session::Socket socket(executor_);
        acceptor.accept(socket, error);
        if (!error) asio::co_spawn(executor_, run_session(std::move(socket)), asio::detached);
    }
    acceptor.close(error);
}

asio::awaitable<void> Server::run_session(Session::Socket socket) {
    boost::system::error_code error;
    const Endpoint remote = socket.remote_endpoint(error);
    if (error) co_return;  // gone already
    if (!is_unix(remote)) socket.set_option(asio::ip::tcp::no_delay(true), error);
    const std::shared_ptr<TlsContext> tls = is_unix(remote) ? nullptr : options_.tls;
    const auto session =
        std::make_shared<Session>(std::move(socket), peer_of(remote, tls != nullptr), tls, options_.session);
    sessions_.insert(session.get());
    if (stopping_) session->drain();
    co_await session->run();
    sessions_.erase(session.get());
}

asio::awaitable<void> Server::watch_deadlines() {
    asio::steady_timer timer(executor_);
    while (!stopping_ || !sessions_.empty()) {
        timer.expires_after(kDeadlineInterval);
        co_await timer.async_wait(asio::use_awaitable);
        const auto now = Session::Clock::now();
        for (Session* session : sessions_) session->check_deadline(now);
    }
}

asio::awaitable<void> Server::stop(std::chrono::seconds timeout) {
    stopping_ = true;
    // While they are still ours: a successor may bind the same paths as soon as the listeners are closed.
    for (const std::string& path : unix_paths_) ::unlink(path.c_str());
    for (Acceptor& acceptor : acceptors_) take_backlog(acceptor);
    co_await asio::post(asio::use_awaitable);  // the sessions just taken have begun after this
    for (Session* session : sessions_) session->drain();
    const auto deadline = Session::Clock::now() + timeout;
    asio::steady_timer timer(executor_);
    while (!sessions_.empty()) {
        if (Session::Clock::now() >= deadline) {
            spdlog::warn("closing {} connections that did not end in time", sessions_.size());
            for (Session* session : sessions_) session->abort();
            break;
        }
        timer.expires_after(kDrainInterval);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

}  // namespace wdx::http
