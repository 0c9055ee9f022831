#include "app/systemd.hpp"

#include "platform/descriptors.hpp"

#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <stdexcept>
#include <unistd.h>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace wdx::app {
namespace {

constexpr int kFirstSocket = 3;    ///< SD_LISTEN_FDS_START
constexpr int kMostSockets = 256;  ///< more would be a mistake

std::string variable(const char* name) {
    const char* const value = std::getenv(name);  // there are no threads yet
    return value == nullptr ? "" : value;
}

std::optional<std::int64_t> number(std::string_view text) {
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (text.empty() || error != std::errc() || stop != end) return std::nullopt;
    return value;
}

}  // namespace

std::vector<int> take_activated_sockets() {
    const bool ours = number(variable("LISTEN_PID")) == ::getpid();
    const std::string text = variable("LISTEN_FDS");
    for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(name);
    if (!ours || text.empty()) return {};
    const auto count = number(text);
    if (!count || *count < 0 || *count > kMostSockets)
        throw std::runtime_error(fmt::format("LISTEN_FDS: '{}' is not a number of sockets", text));
    std::vector<int> sockets;
    for (int socket = kFirstSocket; socket < kFirstSocket + *count; ++socket) {
        if (::fcntl(socket, F_SETFD, FD_CLOEXEC) != 0)
            throw std::runtime_error(
                fmt::format("LISTEN_FDS: there is no socket {}: {}", socket, std::strerror(errno)));
        sockets.push_back(socket);
    }
    return sockets;
}

ServiceManager::ServiceManager() {
    const std::string path = variable("NOTIFY_SOCKET");
    if ((!path.starts_with('/') && !path.starts_with('@')) || path.size() >= sizeof address_.sun_path) return;
    address_.sun_family = AF_UNIX;
    std::memcpy(address_.sun_path, path.data(), path.size());
    address_size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    if (path.starts_with('@')) {
        address_.sun_path[0] = '\0';  // a name without a file
    } else {
        ++address_size_;
    }
    socket_ = platform::make_unix_datagram_socket();

    const std::string watched = variable("WATCHDOG_PID");
    const auto interval = number(variable("WATCHDOG_USEC"));
    if (interval && *interval > 0 && (watched.empty() || number(watched) == ::getpid()))
        watchdog_interval_ = std::chrono::microseconds(*interval);
}

ServiceManager::~ServiceManager() {
    if (socket_ >= 0) ::close(socket_);
}

void ServiceManager::ready() {
    send("READY=1");
}

void ServiceManager::reloading() {
    // Which clock, and that it is needed: systemd.service(5), Type=notify-reload.
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", now.tv_sec * 1'000'000 + now.tv_nsec / 1000));
}

void ServiceManager::stopping() {
    send("STOPPING=1");
}

void ServiceManager::keep_alive(Clock::time_point now) {
    if (watchdog_interval_.count() == 0 || now - kept_alive_at_ < watchdog_interval_ / 2) return;
    kept_alive_at_ = now;
    send("WATCHDOG=1");
}

void ServiceManager::send(std::string_view state) {
    if (socket_ < 0) return;
    const auto sent =
        ::sendto(socket_, state.data(), state.size(), 0, reinterpret_cast<const sockaddr*>(&address_), address_size_);
    if (sent < 0) spdlog::warn("cannot reach the service manager: {}", std::strerror(errno));
}

}  // namespace wdx::app
