#include "app/listeners.hpp"

#include "base/offload.hpp"
#include "config/listen.hpp"

#include <algorithm>
#include <cstdio>
#include <stdexcept>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace wdx::app {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds kManagementStop{1};

/// @param setting  that named the address
/// @return what clients are told
std::string listen_on(http::Server& server, const std::string& text, std::string_view setting) {
    const auto address = config::parse_listen(text);
    if (!address) throw std::runtime_error(fmt::format("{}: cannot listen on {}", setting, text));
    try {
        return address->is_unix ? server.listen_unix(address->path) : server.listen_tcp(address->host, address->port);
    } catch (const boost::system::system_error& error) {
        throw std::runtime_error(fmt::format("cannot listen on {}: {}", text, error.code().message()));
    }
}

std::string adopt(http::Server& server, int socket) {
    try {
        return server.adopt(socket);
    } catch (const boost::system::system_error& error) {
        throw std::runtime_error(
            fmt::format("LISTEN_FDS: cannot listen on socket {}: {}", socket, error.code().message()));
    }
}

std::shared_ptr<http::TlsContext> load_tls(const ListenersOptions& options) {
    return options.tls_cert.empty() ? nullptr : http::load_tls_context(options.tls_cert, options.tls_key);
}

http::ServerOptions with_tls(const ListenersOptions& options) {
    http::ServerOptions clients = options.clients;
    clients.tls = load_tls(options);
    return clients;
}

void say(std::string_view what, const std::string& url) {
    const std::string line = fmt::format("{} {}\n", what, url);
    std::fputs(line.c_str(), stdout);
    std::fflush(stdout);
}

}  // namespace

bool is_beyond_loopback(const std::vector<int>& sockets, const std::vector<std::string>& addresses) {
    if (!sockets.empty())
        return std::any_of(sockets.begin(), sockets.end(),
                           [](int socket) { return !http::is_loopback_listener(socket); });
    return std::any_of(addresses.begin(), addresses.end(), [](const std::string& text) {
        const auto address = config::parse_listen(text);
        return address && !config::is_loopback(*address);
    });
}

Listeners::Listeners(const asio::any_io_executor& executor, const ListenersOptions& options)
    : options_(options), clients_(executor, with_tls(options)), management_(executor, options.management) {}

void Listeners::listen() {
    for (const int socket : options_.sockets) urls_.push_back(adopt(clients_, socket));
    if (options_.sockets.empty())
        for (const std::string& text : options_.addresses) urls_.push_back(listen_on(clients_, text, "WDX_LISTEN"));
    if (!options_.management_address.empty())
        management_url_ = listen_on(management_, options_.management_address, "WDX_MANAGEMENT_LISTEN");
}

void Listeners::start_management() {
    if (management_url_.empty()) return;
    management_.start();
    say("management on", management_url_);
}

void Listeners::start() {
    clients_.start();
    for (const std::string& url : urls_) say("listening on", url);
}

asio::awaitable<void> Listeners::reload_tls(asio::thread_pool& workers) {
    if (options_.tls_cert.empty()) co_return;
    try {
        auto load = [this] { return load_tls(options_); };
        clients_.set_tls(co_await base::offload(workers, std::move(load)));
        spdlog::info("new certificate in use");
    } catch (const std::exception& error) {
        spdlog::error("cannot use the new certificate, going on with the old one: {}", error.what());
    }
}

asio::awaitable<void> Listeners::stop_management() {
    return management_.stop(kManagementStop);
}

}  // namespace wdx::app
