// Refreshes tokens as fast as the server answers: each connection has a chain of its own, in which the token of an
// answer is that of the next request.
//
//     refresh_load PORT SECONDS < refresh tokens, one a line, one for each connection
//
// Prints one line of JSON in the form of wrk_report.lua.  Exit status 1 when an answer was not a 200.

#include <algorithm>
#include <arpa/inet.h>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>

namespace {

using Clock = std::chrono::steady_clock;

/// One connection and its chain of tokens.
class Chain {
  public:
    Chain(std::uint16_t port, std::string token) : socket_(connect_to(port)), token_(std::move(token)) {}
    Chain(const Chain&) = delete;
    Chain& operator=(const Chain&) = delete;
    ~Chain() { ::close(socket_); }

    [[nodiscard]] int socket() const noexcept { return socket_; }

    void send() {
        const std::string body = fmt::format(R"({{"refresh":"{}"}})", token_);
        const std::string request = fmt::format(
            "POST /api/token/refresh/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            "Content-Length: {}\r\n\r\n{}",
            body.size(), body);
        started_ = Clock::now();
        // It fits any socket buffer, which is empty because the last answer has arrived.
        if (::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
            throw std::runtime_error("the server does not take a request");
    }

    /// Reads what is there.  @return whether the answer is complete; then `token_` is the one it gave
    bool receive() {
        char buffer[4096];
        const auto count = ::recv(socket_, buffer, sizeof(buffer), 0);
        if (count <= 0) throw std::runtime_error("the server closed a connection");
        answer_.append(buffer, static_cast<std::size_t>(count));
        const auto head_end = answer_.find("\r\n\r\n");
        if (head_end == std::string::npos) return false;
        if (answer_.size() < head_end + 4 + content_length(head_end)) return false;
        if (!answer_.starts_with("HTTP/1.1 200 ")) throw std::runtime_error("not a 200: " + answer_);
        token_ = refresh_token(std::string_view(answer_).substr(head_end + 4));
        answer_.clear();
        return true;
    }

    [[nodiscard]] std::chrono::microseconds elapsed() const {
        return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - started_);
    }

  private:
    static int connect_to(std::uint16_t port) {
        const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const int on = 1;
        ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
            throw std::runtime_error("cannot connect");
        return socket;
    }

    [[nodiscard]] std::size_t content_length(std::size_t head_end) const {
        constexpr std::string_view kName = "Content-Length: ";
        const auto at = answer_.find(kName);
        if (at > head_end) throw std::runtime_error("an answer without Content-Length");
        return std::stoul(answer_.substr(at + kName.size(), 20));
    }

    static std::string refresh_token(std::string_view body) {
        constexpr std::string_view kMember = R"("refresh":")";
        const auto begin = body.find(kMember);
        if (begin == std::string_view::npos) throw std::runtime_error("an answer without a token");
        const std::string_view rest = body.substr(begin + kMember.size());
        return std::string(rest.substr(0, rest.find('"')));
    }

    int socket_;
    std::string token_;
    std::string answer_;
    Clock::time_point started_;
};

/// @return the latency of every answer, in microseconds
std::vector<std::int64_t> run(std::vector<std::unique_ptr<Chain>>& chains, Clock::time_point end) {
    std::vector<std::int64_t> latencies;
    latencies.reserve(1'000'000);
    const int poll = ::epoll_create1(EPOLL_CLOEXEC);
    for (const auto& chain : chains) {
        epoll_event event{.events = EPOLLIN, .data = {.ptr = chain.get()}};
        ::epoll_ctl(poll, EPOLL_CTL_ADD, chain->socket(), &event);
        chain->send();
    }
    for (std::size_t waiting = chains.size(); waiting > 0;) {
        epoll_event events[64];
        const int count = ::epoll_wait(poll, events, 64, 10'000);
        if (count <= 0) throw std::runtime_error("no answer for ten seconds");
        const bool over = Clock::now() >= end;
        for (const epoll_event& event : std::span(events, static_cast<std::size_t>(count))) {
            auto& chain = *static_cast<Chain*>(event.data.ptr);
            if (!chain.receive()) continue;
            latencies.push_back(chain.elapsed().count());
            if (over) {
                --waiting;
            } else {
                chain.send();
            }
        }
    }
    ::close(poll);
    return latencies;
}

std::int64_t percentile(const std::vector<std::int64_t>& sorted, std::size_t percent) {
    return sorted[std::min(sorted.size() - 1, sorted.size() * percent / 100)];
}

void measure(std::uint16_t port, std::chrono::milliseconds duration) {
    std::vector<std::unique_ptr<Chain>> chains;
    for (std::string token; std::getline(std::cin, token);) chains.push_back(std::make_unique<Chain>(port, token));
    if (chains.empty()) throw std::runtime_error("no tokens on standard input");
    const auto start = Clock::now();
    auto latencies = run(chains, start + duration);
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start);
    std::sort(latencies.begin(), latencies.end());
    fmt::print("{{\"requests\":{},\"microseconds\":{},\"p50\":{},\"p99\":{},\"failed\":0}}\n", latencies.size(),
               took.count(), percentile(latencies, 50), percentile(latencies, 99));
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::cerr << "usage: refresh_load PORT SECONDS < tokens\n";
        return 2;
    }
    try {
        const std::chrono::duration<double> seconds(std::stod(argv[2]));
        measure(static_cast<std::uint16_t>(std::stoul(argv[1])),
                std::chrono::duration_cast<std::chrono::milliseconds>(seconds));
    } catch (const std::exception& error) {
        std::cerr << "refresh_load: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
