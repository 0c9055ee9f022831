#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

namespace wdx::http {

/// The other end of a connection.
struct Peer {
    std::string address;       ///< e.g. `127.0.0.1`; empty for a unix socket
    bool is_loopback = false;  ///< the address is the machine's own; also true for a unix socket
    bool is_tls = false;       ///< the connection is encrypted by us
};

/// A whole request.  Lives as long as its answer is made.
struct Request {
    boost::beast::http::request<boost::beast::http::string_body> message;
    const Peer* peer = nullptr;
    /// Set by a handler that waits for something slow: called when the client has left meanwhile.
    mutable std::function<void()> when_client_left{};
    std::string id;  ///< `X-Request-ID`: the client's where it is a sane token, else ours
    /// Of the client, whatever proxies are in between (see TrustedProxies); empty for a unix socket without one.  Set
    /// by the handler.
    std::string client_address{};
    /// The client came by https, as this connection or a trusted proxy says.  Set by the handler.
    bool is_https = false;
    std::string_view route{};  ///< the pattern of the route, for metrics; a constant, empty when there is none

    [[nodiscard]] std::string_view method() const { return view(message.method_string()); }
    /// As sent, byte for byte.
    [[nodiscard]] std::string_view target() const { return view(message.target()); }
    [[nodiscard]] bool has(std::string_view name) const { return message.count(name) > 0; }
    /// @return the values of all headers of that name, joined by a comma as WSGI servers do; empty when there is none
    [[nodiscard]] std::string header(std::string_view name) const;
    [[nodiscard]] const std::string& body() const { return message.body(); }

  private:
    static std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }
};

using Header = std::pair<std::string_view, std::string>;  ///< the name is a constant

/// Makes the body of a long answer, piece by piece.
class BodySource {
  public:
    BodySource() = default;
    BodySource(const BodySource&) = delete;
    BodySource& operator=(const BodySource&) = delete;
    virtual ~BodySource() = default;

    /// Appends the next piece to `out`; appends nothing when the body is over.  Called again only when the piece
    /// before has been written to the client.
    /// @throws anything: the connection is then closed without the last chunk, so that the client sees the failure
    virtual boost::asio::awaitable<void> next(std::string& out) = 0;
    /// The client has left: a waiting `next` should fail soon.
    virtual void cancel() = 0;
    /// It must not go on, even where the client does not take what was made: the connection is closed.
    [[nodiscard]] virtual bool has_ended() const noexcept { return false; }
};

struct Response {
    unsigned status = 200;
    std::vector<Header> headers;
    std::string body;
    std::unique_ptr<BodySource> stream;  ///< if set, the body instead of `body`, in chunks
    bool close = false;                  ///< close the connection after it

    void set(std::string_view name, std::string value) { headers.emplace_back(name, std::move(value)); }
    /// @param name  spelled as it was set
    /// @return nullptr when there is none
    [[nodiscard]] std::string* find(std::string_view name) {
        for (auto& [known, value] : headers)
            if (known == name) return &value;
        return nullptr;
    }
};

/// What a session calls for each request.  Does not throw.
using Handler = std::function<boost::asio::awaitable<Response>(Request&)>;

/// The status line and headers of `response` on the wire, with Date, Content-Length or chunked framing and Connection.
/// @param keep_alive  what the answer tells the client
/// @param version     of the request: 10 or 11
std::string serialize_head(const Response& response, bool keep_alive, unsigned version);

/// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7), made once a second.
std::string_view http_date();

}  // namespace wdx::http
