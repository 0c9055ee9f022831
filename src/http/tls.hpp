#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ssl/context.hpp>

namespace wdx::http {

using TlsContext = boost::asio::ssl::context;

/// A server's certificate and key, and what it speaks: TLS 1.2 and 1.3 with forward secrecy, ALPN `http/1.1`, session
/// tickets; no renegotiation, no compression.  Blocks (reads two files); thread-safe.
/// @param certificate  PEM, the server's own first, then its chain
/// @param key          PEM without a passphrase
/// @throws std::runtime_error  with a sentence that names the file: it cannot be read, holds no such thing, or the two
///     do not belong together
std::shared_ptr<TlsContext> load_tls_context(const std::filesystem::path& certificate,
                                             const std::filesystem::path& key);

/// The TLS side of an accepted connection.  It works on the socket itself, without buffers of its own between: an idle
/// connection costs OpenSSL's state and no more (docs/adr/0008).  SIGPIPE has to be ignored.  One operation at a time;
/// cancelling the socket ends it.  Belongs to the event loop's thread.
class TlsStream {
  public:
    using Socket = boost::asio::generic::stream_protocol::socket;

    /// @param context  kept until the connection ends, whatever new ones get meanwhile
    /// @param socket   outlives this object
    /// @throws std::runtime_error when OpenSSL has no memory
    TlsStream(std::shared_ptr<TlsContext> context, Socket& socket);

    boost::asio::awaitable<void> handshake(boost::system::error_code& error);
    /// @return bytes read, more than 0 unless there is an error; the client's close_notify is answered, and
    /// asio::error::eof
    boost::asio::awaitable<std::size_t> read_some(boost::asio::mutable_buffer buffer, boost::system::error_code& error);
    /// Sends one record from the beginning of `first` followed by `second`, of which one is not empty.
    /// @return bytes of the two that were taken
    boost::asio::awaitable<std::size_t> write_some(std::string_view first, std::string_view second,
                                                   boost::system::error_code& error);
    /// Sends close_notify, waiting until it can be sent.  Does not wait for the client's.
    boost::asio::awaitable<void> shutdown();
    /// Sends close_notify if that is possible at once.
    void try_shutdown();

    /// Something has been decrypted and not read: the socket may stay silent about it.
    [[nodiscard]] bool has_input() const noexcept;
    /// The client has sent the beginning of a handshake.
    [[nodiscard]] bool has_begun() const noexcept;

  private:
    boost::asio::awaitable<bool> wait(int result, boost::system::error_code& error);
    boost::asio::awaitable<void> give_way();
    [[nodiscard]] bool can_shut_down() const noexcept;

    std::shared_ptr<TlsContext> context_;
    Socket& socket_;
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
    bool broken_ = false;  ///< OpenSSL gave up on this connection
};

}  // namespace wdx::http
