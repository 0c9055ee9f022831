#include "http/session.hpp"

#include "base/random.hpp"
#include "http/chunked_body.hpp"

#include <algorithm>
#include <array>
#include <poll.h>
#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <spdlog/spdlog.h>

namespace wdx::http {
namespace {

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;

constexpr std::size_t kReadSize = 8 * 1024;
constexpr std::size_t kSmallBody = 16 * 1024;
constexpr std::size_t kMostEmptyLines = 16;  ///< bytes of them before a request
/// After an answer that ends the connection while the client may still send: what is read and thrown away, so that
/// the answer is not lost to a reset (RFC 9112, section 9.6).
constexpr std::size_t kLingerBytes = 16 * 1024 * 1024;
constexpr std::chrono::seconds kLingerTimeout{2};
/// A client must take at least so much a second on average over the write timeout.
constexpr std::uint64_t kSlowestReader = 1024;
/// A client that takes nothing of its answer for so long does not keep a server that stops.
constexpr std::chrono::seconds kDrainPatience{3};
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

/// What one body takes of the budget, while it is being received.
class BodyShare {
  public:
    explicit BodyShare(BodyBudget& budget) : budget_(budget) {}
    BodyShare(const BodyShare&) = delete;
    BodyShare& operator=(const BodyShare&) = delete;
    ~BodyShare() { budget_.used -= counted_; }

    /// @return false when the budget is used up
    bool grow(std::size_t bytes) {
        received_ += bytes;
        const std::size_t counted = received_ > kSmallBody ? received_ : 0;
        if (counted > counted_ && budget_.used + (counted - counted_) > budget_.limit) return false;
        budget_.used += counted - counted_;
        counted_ = counted;
        return true;
    }

  private:
    BodyBudget& budget_;
    std::size_t received_ = 0;
    std::size_t counted_ = 0;
};

/// What a body of known length still lacks is moved from the front of `input` to its end.
ChunkedBody::State take_counted(std::string& input, std::string& body, std::uint64_t length) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(length - body.size(), input.size()));
    body.append(input, 0, size);
    input.erase(0, size);
    return body.size() == length ? ChunkedBody::State::complete : ChunkedBody::State::needs_more;
}

std::string_view view(boost::beast::string_view text) {
    return {text.data(), text.size()};
}

}  // namespace

Session::Session(Socket socket, Peer peer, std::shared_ptr<TlsContext> tls, const SessionOptions& options)
    : socket_(std::move(socket)), peer_(std::move(peer)), options_(options) {
    if (tls) tls_.emplace(std::move(tls), socket_);
    enter(Phase::idle, options_.idle_timeout);
}

void Session::enter(Phase phase, std::chrono::seconds timeout) {
    phase_ = phase;
    deadline_ = Clock::now() + timeout;
    written_ = 0;
}

void Session::check_deadline(Clock::time_point now) {
    if (when_client_left_ && *when_client_left_ && client_has_left()) (*when_client_left_)();
    if (waiting_source_ != nullptr && client_has_left()) waiting_source_->cancel();
    if (source_ != nullptr && source_->has_ended()) return cut_off();
    if (draining_ && phase_ == Phase::writing && now >= progressed_at_ + kDrainPatience) return cut_off();
    if (phase_ == Phase::handling || now < deadline_) return;
    const auto window = static_cast<std::uint64_t>(options_.write_timeout.count());
    if (phase_ == Phase::writing && written_ >= kSlowestReader * window) return enter(phase_, options_.write_timeout);
    cut_off();
}

/// Whatever the connection waits for fails.
void Session::cut_off() {
    timed_out_ = true;
    boost::system::error_code ignored;
    socket_.cancel(ignored);
    if (waiting_source_ != nullptr) waiting_source_->cancel();
}

void Session::drain() {
    draining_ = true;
    // A request that has arrived but was not looked at yet is still served.
    const bool is_silent = phase_ == Phase::idle || (phase_ == Phase::handshake && !tls_->has_begun());
    if (is_silent && !has_input()) abort();
}

void Session::abort() {
    boost::system::error_code ignored;
    // An answer that is cut off here ends without: the client can tell.
    if (tls_ && phase_ == Phase::idle) tls_->try_shutdown();
    timed_out_ = true;
    phase_ = Phase::lingering;
    socket_.cancel(ignored);
    socket_.shutdown(asio::socket_base::shutdown_both, ignored);
    if (waiting_source_ != nullptr) waiting_source_->cancel();
    if (when_client_left_ && *when_client_left_) (*when_client_left_)();
}

ssize_t Session::peek() {
    char byte = 0;
    return ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
}

bool Session::has_input() {
    return peek() > 0;
}

/// Also behind bytes that have not been read: further requests, or the close_notify of TLS.
bool Session::client_has_left() {
    pollfd end{.fd = socket_.native_handle(), .events = POLLRDHUP, .revents = 0};
    return ::poll(&end, 1, 0) > 0;
}

asio::awaitable<void> Session::run() {
    const auto self = shared_from_this();
    try {
        Next next = Next::keep_alive;
        if (tls_) next = co_await handshake();
        while (next == Next::keep_alive) {
            if (input_.empty()) {
                std::string().swap(input_);
                enter(Phase::idle, options_.idle_timeout);
                if (draining_) break;
                boost::system::error_code error;
                if (!tls_ || !tls_->has_input())
                    co_await socket_.async_wait(asio::socket_base::wait_read,
                                                asio::redirect_error(asio::use_awaitable, error));
                if (error || timed_out_) {
                    if (tls_) tls_->try_shutdown();
                    break;
                }
            }
            next = co_await serve_one();
        }
        if (next == Next::linger) co_await linger();
    } catch (const std::exception& error) {
        spdlog::error("a connection ended by a fault: {}", error.what());
    }
    boost::system::error_code ignored;
    socket_.close(ignored);
}

asio::awaitable<Session::Next> Session::handshake() {
    enter(Phase::handshake, options_.header_timeout);
    boost::system::error_code error;
    co_await tls_->handshake(error);
    if (error || timed_out_) {
        spdlog::debug("no TLS with {}: {}", peer_.address, timed_out_ ? "timed out" : error.message());
        co_return Next::close;
    }
    // The server stops: a client that has come so far is about to send its request.
    if (draining_) co_return co_await serve_one();
    co_return Next::keep_alive;
}

asio::awaitable<bool> Session::read_more() {
    const std::size_t size = input_.size();
    input_.resize(size + kReadSize);
    boost::system::error_code error;
    const auto space = asio::buffer(input_.data() + size, kReadSize);
    std::size_t got = 0;
    if (tls_) {
        got = co_await tls_->read_some(space, error);
    } else {
        got = co_await socket_.async_read_some(space, asio::redirect_error(asio::use_awaitable, error));
    }
    input_.resize(size + got);
    co_return !error && got > 0;
}

/// @return the head's length in `input_`; nullopt: the client left, was too slow, or sent too much (see `timed_out_`)
asio::awaitable<std::optional<std::size_t>> Session::read_head() {
    const std::size_t limit = options_.head_limits.request_line + options_.head_limits.headers + 4;
    enter(Phase::head, options_.header_timeout);
    std::size_t scanned = 0;
    while (true) {
        // An empty line before a request is ignored (RFC 9112, section 2.2).
        std::size_t empty_lines = 0;
        while (std::string_view(input_).substr(empty_lines).starts_with("\r\n") && empty_lines < kMostEmptyLines)
            empty_lines += 2;
        if (empty_lines >= kMostEmptyLines) co_return input_.size();
        if (empty_lines > 0) {
            input_.erase(0, empty_lines);
            scanned = 0;
        }
        if (const auto end = find_head_end(input_, scanned)) co_return end;
        const bool line_too_long = input_.size() > options_.head_limits.request_line + 2 &&
                                   input_.find('\n') > options_.head_limits.request_line + 2;
        if (line_too_long || input_.size() > limit) co_return input_.size();
        if (!co_await read_more()) co_return std::nullopt;
    }
}

asio::awaitable<Session::Next> Session::serve_one() {
    const auto head_size = co_await read_head();
    if (!head_size) {
        if (timed_out_ && !input_.empty() && phase_ == Phase::head)
            co_return co_await refuse(408, "Request timed out.", nullptr);
        co_return Next::close;
    }
    began_ = Clock::now();
    if (const auto fault = check_head(std::string_view(input_).substr(0, *head_size), options_.head_limits))
        co_return co_await refuse(fault->status, fault->detail, nullptr);

    beast_http::request_parser<beast_http::empty_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(*head_size + 1));
    parser.body_limit(boost::none);  // the body is not Beast's to read
    boost::system::error_code error;
    parser.put(asio::buffer(input_.data(), *head_size), error);
    if (!parser.is_header_done()) co_return co_await refuse(400, "Malformed request.", nullptr);
    input_.erase(0, *head_size);

    Request request;
    request.peer = &peer_;
    const std::string_view id = view(parser.get()["X-Request-ID"]);
    request.id = is_sane_request_id(id) ? std::string(id) : base::request_id();
    const bool has_body = !parser.is_done();
    const std::optional<std::uint64_t> length =
        parser.chunked() ? std::nullopt : std::optional<std::uint64_t>(parser.content_length().value_or(0));
    request.message.base() = std::move(parser.get().base());
    if (error && error != beast_http::error::need_more) co_return co_await refuse(400, "Malformed request.", &request);
    if (has_body) {
        if (const auto failed = co_await read_body(length, request)) co_return *failed;
    }

    phase_ = Phase::handling;
    when_client_left_ = &request.when_client_left;
    Response response = co_await options_.handler(request);
    when_client_left_ = nullptr;
    // The end of the connection is the end of an answer whose length is not known (HTTP/1.0 has no chunks).
    const bool until_close = response.stream != nullptr && request.message.version() < 11;
    const bool keep_alive = request.message.keep_alive() && !response.close && !draining_ && !until_close;
    if (!co_await answer(request, response, keep_alive)) co_return Next::close;
    co_return keep_alive && !draining_ ? Next::keep_alive : Next::linger;
}

/// @param length  of the body; nullopt: it comes in chunks
/// @return nullopt when the body is complete, otherwise how the connection goes on
asio::awaitable<std::optional<Session::Next>> Session::read_body(std::optional<std::uint64_t> length,
                                                                 Request& request) {
    enter(Phase::body, options_.body_timeout);
    const std::size_t limit = options_.body_limit(request);
    if (length > limit) co_return co_await refuse(413, "Request body too large.", &request);
    const std::string_view expect = view(request.message["Expect"]);
    if (!expect.empty() && !boost::beast::iequals(request.message["Expect"], "100-continue"))
        co_return co_await refuse(417, "Unsupported Expect header.", &request);
    if (!expect.empty() && input_.empty() && request.message.version() >= 11) {
        if (!co_await write(kContinue, {})) co_return Next::close;
        enter(Phase::body, options_.body_timeout);
    }
    std::string& body = request.message.body();
    ChunkedBody chunks(limit, options_.head_limits.headers);
    BodyShare share(*options_.body_budget);
    while (true) {
        if (!share.grow(input_.size())) co_return co_await refuse(503, "Too many request bodies.", &request);
        switch (length ? take_counted(input_, body, *length) : chunks.take(input_, body)) {
            case ChunkedBody::State::complete:
                co_return std::nullopt;
            case ChunkedBody::State::too_large:
                co_return co_await refuse(413, "Request body too large.", &request);
            case ChunkedBody::State::malformed:
                co_return co_await refuse(400, "Malformed request body.", &request);
            case ChunkedBody::State::needs_more:
                break;
        }
        if (!co_await read_more()) {
            if (timed_out_ && phase_ == Phase::body) co_return co_await refuse(408, "Request timed out.", &request);
            co_return Next::close;
        }
    }
}

/// @param request  null: not even its head could be read
asio::awaitable<Session::Next> Session::refuse(unsigned status, std::string_view detail, Request* request) {
    timed_out_ = false;
    Response response = options_.refuse(status, detail, request);
    const bool written = request != nullptr ? co_await answer(*request, response, false)
                                            : co_await write_response(nullptr, response, false);
    co_return written ? Next::linger : Next::close;
}

/// @return false when not all of it could be written: the connection is of no use any more
asio::awaitable<bool> Session::answer(const Request& request, Response& response, bool keep_alive) {
    const bool whole = co_await write_response(&request, response, keep_alive);
    options_.on_answered({.request = request,
                          .status = response.status,
                          .bytes = body_bytes_,
                          .took = Clock::now() - began_,
                          .is_whole = whole});
    co_return whole;
}

asio::awaitable<bool> Session::write_response(const Request* request, Response& response, bool keep_alive) {
    const unsigned version = request != nullptr ? request->message.version() : 11;
    const std::string head = serialize_head(response, keep_alive, version);
    const bool has_body = request == nullptr || request->message.method() != beast_http::verb::head;
    body_bytes_ = 0;
    if (!co_await write(head, has_body ? std::string_view(response.body) : std::string_view{})) co_return false;
    if (response.stream && has_body) co_return co_await write_stream(response, version);
    co_return true;
}

asio::awaitable<bool> Session::write_stream(Response& response, unsigned version) {
    if (input_.empty()) std::string().swap(input_);  // it may take long, and there may be many
    std::string piece;
    source_ = response.stream.get();
    const auto forget = [this](void*) { source_ = nullptr; };
    const std::unique_ptr<void, decltype(forget)> guard(this, forget);
    while (true) {
        piece.clear();
        phase_ = Phase::handling;
        waiting_source_ = response.stream.get();
        try {
            co_await response.stream->next(piece);
        } catch (const std::exception& error) {
            spdlog::warn("a long answer was cut off: {}", error.what());
            piece.clear();
            timed_out_ = true;
        }
        waiting_source_ = nullptr;
        if (timed_out_) co_return false;
        const std::uint64_t bytes = body_bytes_ + piece.size();
        const bool last = piece.empty();
        std::string size;
        if (version >= 11) {
            size = fmt::format("{:x}\r\n", piece.size());
            piece += "\r\n";
        }
        const bool written = co_await write(size, piece);
        body_bytes_ = std::min(body_bytes_, bytes);  // without the end of the chunk
        if (!written) co_return false;
        if (last) co_return true;
    }
}

/// Writes a head or the size of a chunk, then some of the body.
asio::awaitable<bool> Session::write(std::string_view frame, std::string_view body) {
    enter(Phase::writing, options_.write_timeout);
    progressed_at_ = Clock::now();
    while (!frame.empty() || !body.empty()) {
        const std::array buffers{asio::buffer(frame.data(), frame.size()), asio::buffer(body.data(), body.size())};
        boost::system::error_code error;
        std::size_t sent = 0;
        if (tls_) {
            sent = co_await tls_->write_some(frame, body, error);
        } else {
            sent = co_await socket_.async_write_some(buffers, asio::redirect_error(asio::use_awaitable, error));
        }
        if (error || timed_out_) co_return false;
        written_ += sent;
        progressed_at_ = Clock::now();
        const std::size_t of_frame = std::min(sent, frame.size());
        frame.remove_prefix(of_frame);
        body.remove_prefix(sent - of_frame);
        body_bytes_ += sent - of_frame;
    }
    co_return true;
}

asio::awaitable<void> Session::linger() {
    enter(Phase::lingering, kLingerTimeout);
    if (tls_) co_await tls_->shutdown();
    boost::system::error_code error;
    socket_.shutdown(asio::socket_base::shutdown_send, error);
    std::string().swap(input_);
    std::array<char, kReadSize> scrap;
    std::size_t total = 0;
    while (!error && !timed_out_ && total < kLingerBytes) {
        total +=
            co_await socket_.async_read_some(asio::buffer(scrap), asio::redirect_error(asio::use_awaitable, error));
    }
}

}  // namespace wdx::http
