#include "cli/command.hpp"
#include "cli/serve.hpp"
#include "config/listen.hpp"

#include <sys/socket.h>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

namespace wdx::cli {
namespace {

namespace asio = boost::asio;
using Socket = asio::generic::stream_protocol::socket;

constexpr timeval kPatience{5, 0};
constexpr std::string_view kRequest =
    "GET /healthz HTTP/1.1\r\nHost: localhost\r\nUser-Agent: watchdxg-back healthcheck\r\nConnection: close\r\n\r\n";

Socket connect(asio::io_context& context, const config::ListenAddress& address) {
    asio::generic::stream_protocol::endpoint endpoint;
    if (address.is_unix) {
        endpoint = asio::local::stream_protocol::endpoint(address.path);
    } else {
        // A server that listens everywhere is asked on this machine.
        const bool everywhere = address.host == "0.0.0.0" || address.host == "::";
        asio::ip::tcp::resolver resolver(context);
        endpoint =
            resolver.resolve(everywhere ? "localhost" : address.host, std::to_string(address.port)).begin()->endpoint();
    }
    Socket socket(context, endpoint.protocol());
    ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof(kPatience));
    ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof(kPatience));
    socket.connect(endpoint);
    return socket;
}

}  // namespace

int healthcheck(const config::Config& config, std::ostream& out, std::ostream& err) {
    return run_command(err, [&] {
        const auto address = config::parse_listen(config.listen.front());
        if (!address) throw CommandError(kUsage, "WDX_LISTEN: cannot ask " + config.listen.front());
        std::string answer;
        try {
            asio::io_context context;
            Socket socket = connect(context, *address);
            asio::write(socket, asio::buffer(kRequest));
            asio::read_until(socket, asio::dynamic_buffer(answer), "\r\n");
        } catch (const boost::system::system_error& error) {
            throw CommandError(kRefused, config.listen.front() + " does not answer: " + error.code().message());
        }
        const bool healthy = answer.starts_with("HTTP/1.1 200 ");
        (healthy ? out : err) << (healthy ? "ok" : "unhealthy: " + answer.substr(0, answer.find('\r'))) << '\n';
        return healthy ? kDone : kRefused;
    });
}

}  // namespace wdx::cli
