#pragma once

#include "http/framing.hpp"
#include "http/message.hpp"
#include "http/tls.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

namespace wdx::http {

/// The memory that bodies on their way take, over all connections: a crowd of clients that each send a large one slowly
/// must not fill it.  Small bodies do not count, so that logins always get through.
struct BodyBudget {
    std::size_t limit = 64 * 1024 * 1024;  ///< bytes
    std::size_t used = 0;
};

/// What became of an answer.
struct Answered {
    const Request& request;
    unsigned status = 0;
    std::uint64_t bytes = 0;  ///< of the body, as far as the system took it
    std::chrono::steady_clock::duration took{};
    bool is_whole = false;  ///< false: the client left, was too slow, or the rest of the answer could not be made
};

struct SessionOptions {
    HeadLimits head_limits;
    /// The bytes that the body of a request may have, of which the head is known.
    std::function<std::size_t(const Request&)> body_limit;
    std::shared_ptr<BodyBudget> body_budget = std::make_shared<BodyBudget>();
    std::chrono::seconds header_timeout{15};
    std::chrono::seconds body_timeout{60};
    std::chrono::seconds write_timeout{60};
    std::chrono::seconds idle_timeout{75};
    Handler handler;
    /// Makes the answer to a request that never reaches the handler (too large, too slow, malformed).
    /// `request` is null when not even its head could be read.
    std::function<Response(unsigned status, std::string_view detail, Request* request)> refuse;
    /// Called when an answer to a request whose head could be read has been written, or could not be.
    std::function<void(const Answered&)> on_answered;
};

/// One connection: reads requests, calls the handler, writes answers, one after the other (HTTP/1.1 pipelining: later
/// requests wait in the buffer).  Belongs to the event loop's thread.  Its deadlines are looked at by `check_deadline`,
/// which the server calls a few times a second: no timer for each connection.
class Session : public std::enable_shared_from_this<Session> {
  public:
    using Socket = boost::asio::generic::stream_protocol::socket;
    using Clock = std::chrono::steady_clock;

    /// @param tls  null: plain HTTP
    Session(Socket socket, Peer peer, std::shared_ptr<TlsContext> tls, const SessionOptions& options);

    /// Serves the connection until it ends.  Does not throw.
    boost::asio::awaitable<void> run();

    /// Ends what has taken too long, and the statement of a client that has left.
    void check_deadline(Clock::time_point now);
    /// No further request: an idle connection ends now, a busy one after its answer.
    void drain();
    /// Ends the connection at once.
    void abort();

  private:
    enum class Phase { idle, handshake, head, body, handling, writing, lingering };
    enum class Next { keep_alive, close, linger };

    boost::asio::awaitable<Next> handshake();
    boost::asio::awaitable<Next> serve_one();
    boost::asio::awaitable<std::optional<std::size_t>> read_head();
    boost::asio::awaitable<std::optional<Next>> read_body(std::optional<std::uint64_t> length, Request& request);
    boost::asio::awaitable<bool> read_more();
    boost::asio::awaitable<Next> refuse(unsigned status, std::string_view detail, Request* request);
    boost::asio::awaitable<bool> answer(const Request& request, Response& response, bool keep_alive);
    boost::asio::awaitable<bool> write_response(const Request* request, Response& response, bool keep_alive);
    boost::asio::awaitable<bool> write_stream(Response& response, unsigned version);
    boost::asio::awaitable<bool> write(std::string_view frame, std::string_view body);
    boost::asio::awaitable<void> linger();
    void enter(Phase phase, std::chrono::seconds timeout);
    void cut_off();
    [[nodiscard]] ssize_t peek();
    [[nodiscard]] bool has_input();
    [[nodiscard]] bool client_has_left();

    Socket socket_;
    std::optional<TlsStream> tls_;
    Peer peer_;
    const SessionOptions& options_;
    std::string input_;  ///< bytes received and not yet served; without capacity while idle
    Phase phase_ = Phase::idle;
    Clock::time_point deadline_;
    Clock::time_point progressed_at_{};                        ///< when the client last took something of an answer
    Clock::time_point began_;                                  ///< when the head of the current request had come
    std::uint64_t written_ = 0;                                ///< bytes since the write window began
    std::uint64_t body_bytes_ = 0;                             ///< written of the current answer's body, for the log
    const std::function<void()>* when_client_left_ = nullptr;  ///< the request's, while it is handled
    BodySource* source_ = nullptr;                             ///< of the answer that is being sent
    BodySource* waiting_source_ = nullptr;                     ///< set while it is asked for its next piece
    bool timed_out_ = false;
    bool draining_ = false;
};

}  // namespace wdx::http
