#include "cli/command.hpp"
#include "cli/serve.hpp"
#include "config/listen.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace wdx::cli {
namespace {

namespace asio = boost::asio;
using Endpoint = asio::generic::stream_protocol::endpoint;

constexpr std::chrono::seconds kPatience{5};
constexpr std::string_view kRequest =
    "GET /healthz HTTP/1.1\r\nHost: localhost\r\nUser-Agent: watchdxg-back healthcheck\r\nConnection: close\r\n\r\n";

/// A server that listens everywhere is asked on this machine; `localhost` is what `serve` takes it for.
Endpoint endpoint_of(asio::io_context& context, const config::ListenAddress& address) {
    if (address.is_unix) return asio::local::stream_protocol::endpoint(address.path);
    std::string host = address.host;
    if (host == "0.0.0.0" || host == "localhost") host = "127.0.0.1";
    if (host == "::") host = "::1";
    asio::ip::tcp::resolver resolver(context);
    return resolver.resolve(host, std::to_string(address.port)).begin()->endpoint();
}

template <typename Stream>
asio::awaitable<void> exchange(Stream& stream, std::string& answer) {
    co_await asio::async_write(stream, asio::buffer(kRequest), asio::use_awaitable);
    co_await asio::async_read_until(stream, asio::dynamic_buffer(answer), "\r\n", asio::use_awaitable);
}

asio::awaitable<void> ask(asio::io_context& context, const config::ListenAddress& address, bool tls,
                          std::string& answer) {
    asio::generic::stream_protocol::socket socket(context);
    co_await socket.async_connect(endpoint_of(context, address), asio::use_awaitable);
    if (!tls) co_return co_await exchange(socket, answer);
    // Not verified: the certificate is for the server's public name, and it is our own process that we ask.
    asio::ssl::context unverified(asio::ssl::context::tls_client);
    asio::ssl::stream<asio::generic::stream_protocol::socket&> stream(socket, unverified);
    co_await stream.async_handshake(asio::ssl::stream_base::client, asio::use_awaitable);
    co_await exchange(stream, answer);
}

}  // namespace

int healthcheck(const config::Config& config, std::ostream& out, std::ostream& err) {
    return run_command(err, [&] {
        const std::string& where = config.listen.front();
        const auto address = config::parse_listen(where);
        if (!address) throw CommandError(kUsage, "WDX_LISTEN: cannot ask " + where);
        const bool tls = !address->is_unix && !config.tls_cert.empty();
        asio::io_context context;
        std::string answer;
        std::string why = "timed out";
        auto on_end = [&](const std::exception_ptr& failure) {
            try {
                if (failure) std::rethrow_exception(failure);
            } catch (const boost::system::system_error& error) {
                why = error.code().message();
            }
        };
        asio::co_spawn(context, ask(context, *address, tls, answer), on_end);
        context.run_for(kPatience);
        if (answer.empty()) throw CommandError(kRefused, where + " does not answer: " + why);
        const bool healthy = answer.starts_with("HTTP/1.1 200 ");
        (healthy ? out : err) << (healthy ? "ok" : "unhealthy: " + answer.substr(0, answer.find('\r'))) << '\n';
        return healthy ? kDone : kRefused;
    });
}

}  // namespace wdx::cli
