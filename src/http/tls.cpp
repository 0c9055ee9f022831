#include "http/tls.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <string>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509err.h>

namespace wdx::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t kFileLimit = 1024 * 1024;  ///< bytes of a certificate chain, or of a key
constexpr std::size_t kRecordSize = 16 * 1024;   ///< the most that one record carries (RFC 8446, section 5.1)
/// TLS 1.2 without forward secrecy or with a separate MAC is for clients that are older than it.  TLS 1.3 has no
/// others.
constexpr const char* kCiphers12 = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr std::array<unsigned char, 9> kProtocols{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

std::string read_file(std::string_view what, const std::filesystem::path& path) {
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    std::string text(kFileLimit + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!file.is_open() || file.bad())
        throw std::runtime_error(fmt::format("cannot read the {} {}: {}", what, path.string(),
                                             error_code(errno, boost::system::system_category()).message()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > kFileLimit)
        throw std::runtime_error(fmt::format("the {} {} is too large to be one", what, path.string()));
    return text;
}

/// A client that offers protocols, but not ours, is told so (RFC 7301, section 3.2).
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size, const unsigned char* offered,
                    unsigned offered_size, void*) {
    unsigned char* found = nullptr;
    const int result =
        SSL_select_next_proto(&found, chosen_size, kProtocols.data(), kProtocols.size(), offered, offered_size);
    *chosen = found;
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

bool is_mismatch(const error_code& error) {
    const auto code = static_cast<unsigned long>(error.value());
    return ERR_GET_LIB(code) == ERR_LIB_X509 &&
           (ERR_GET_REASON(code) == X509_R_KEY_VALUES_MISMATCH || ERR_GET_REASON(code) == X509_R_KEY_TYPE_MISMATCH);
}

void restrict(SSL_CTX* context) {
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(context, kCiphers12);
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                     SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_set_mode(context,
                     SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    // A client that sends nothing but key updates would otherwise keep SSL_read, and with it the event loop, busy.
    SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
    // Tickets resume sessions; a cache would only take memory.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_alpn_select_cb(context, &choose_protocol, nullptr);
}

}  // namespace

std::shared_ptr<TlsContext> load_tls_context(const std::filesystem::path& certificate,
                                             const std::filesystem::path& key) {
    auto context = std::make_shared<TlsContext>(TlsContext::tls_server);
    restrict(context->native_handle());
    // Without it OpenSSL would ask for a passphrase on the terminal.
    context->set_password_callback([](std::size_t, TlsContext::password_purpose) { return std::string(); });
    error_code error;
    context->use_certificate_chain(asio::buffer(read_file("certificate", certificate)), error);
    if (error)
        throw std::runtime_error(
            fmt::format("{} holds no certificate that can be used: {}", certificate.string(), error.message()));
    context->use_private_key(asio::buffer(read_file("key", key)), TlsContext::pem, error);
    if (error && !is_mismatch(error))
        throw std::runtime_error(fmt::format("{} holds no private key without a passphrase that can be used: {}",
                                             key.string(), error.message()));
    if (error || SSL_CTX_check_private_key(context->native_handle()) != 1)
        throw std::runtime_error(
            fmt::format("the key {} does not belong to the certificate {}", key.string(), certificate.string()));
    return context;
}

TlsStream::TlsStream(std::shared_ptr<TlsContext> context, Socket& socket)
    : context_(std::move(context)), socket_(socket), ssl_(SSL_new(context_->native_handle()), &SSL_free) {
    if (!ssl_ || SSL_set_fd(ssl_.get(), socket_.native_handle()) != 1)
        throw std::runtime_error("no memory for a TLS connection");
    socket_.native_non_blocking(true);
    SSL_set_accept_state(ssl_.get());
}

/// Waits for what the operation that returned `result` lacks.
/// @return true when it should be tried again; otherwise `error` is set
asio::awaitable<bool> TlsStream::wait(int result, error_code& error) {
    const int system_error = errno;
    switch (SSL_get_error(ssl_.get(), result)) {
        case SSL_ERROR_WANT_READ:
            co_await socket_.async_wait(asio::socket_base::wait_read, asio::redirect_error(asio::use_awaitable, error));
            break;
        case SSL_ERROR_WANT_WRITE:
            co_await socket_.async_wait(asio::socket_base::wait_write,
                                        asio::redirect_error(asio::use_awaitable, error));
            break;
        case SSL_ERROR_ZERO_RETURN:
            try_shutdown();
            error = asio::error::eof;
            break;
        case SSL_ERROR_SYSCALL:
            broken_ = true;
            error = system_error == 0 ? error_code(asio::error::eof)
                                      : error_code(system_error, boost::system::system_category());
            break;
        default:
            broken_ = true;
            error = error_code(static_cast<int>(ERR_get_error()), asio::error::get_ssl_category());
            if (!error) error = asio::error::eof;
    }
    co_return !error;
}

/// What succeeded at once would let a client that always has more to read or write keep the event loop to itself.
asio::awaitable<void> TlsStream::give_way() {
    co_await asio::post(socket_.get_executor(), asio::use_awaitable);
}

asio::awaitable<void> TlsStream::handshake(error_code& error) {
    while (true) {
        ERR_clear_error();
        errno = 0;
        const int result = SSL_do_handshake(ssl_.get());
        if (result == 1 || !co_await wait(result, error)) co_return;
    }
}

asio::awaitable<std::size_t> TlsStream::read_some(asio::mutable_buffer buffer, error_code& error) {
    for (bool waited = false;; waited = true) {
        std::size_t got = 0;
        ERR_clear_error();
        errno = 0;
        const int result = SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &got);
        if (result == 1) {
            if (!waited) co_await give_way();
            co_return got;
        }
        if (!co_await wait(result, error)) co_return 0;
    }
}

asio::awaitable<std::size_t> TlsStream::write_some(std::string_view first, std::string_view second, error_code& error) {
    // A head and a short body are one record, and so one packet.
    std::string joined;
    std::string_view data = first.empty() ? second : first;
    if (!first.empty() && !second.empty() && first.size() < kRecordSize) {
        joined.append(first).append(second.substr(0, kRecordSize - first.size()));
        data = joined;
    }
    for (bool waited = false;; waited = true) {
        std::size_t sent = 0;
        ERR_clear_error();
        errno = 0;
        const int result = SSL_write_ex(ssl_.get(), data.data(), data.size(), &sent);
        if (result == 1) {
            if (!waited) co_await give_way();
            co_return sent;
        }
        if (!co_await wait(result, error)) co_return 0;
    }
}

bool TlsStream::can_shut_down() const noexcept {
    return !broken_ && SSL_in_init(ssl_.get()) == 0 && (SSL_get_shutdown(ssl_.get()) & SSL_SENT_SHUTDOWN) == 0;
}

asio::awaitable<void> TlsStream::shutdown() {
    error_code error;
    while (!error && can_shut_down()) {
        ERR_clear_error();
        errno = 0;
        const int result = SSL_shutdown(ssl_.get());
        if (result >= 0 || !co_await wait(result, error)) co_return;
    }
}

void TlsStream::try_shutdown() {
    if (!can_shut_down()) return;
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
}

bool TlsStream::has_input() const noexcept {
    return SSL_pending(ssl_.get()) > 0;
}

bool TlsStream::has_begun() const noexcept {
    return SSL_get_state(ssl_.get()) != TLS_ST_BEFORE;
}

}  // namespace wdx::http
