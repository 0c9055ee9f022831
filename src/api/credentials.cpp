#include "api/credentials.hpp"

#include "auth/password_hash.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/beast/core/string.hpp>
#include <spdlog/spdlog.h>

namespace wdx::api {
namespace {

namespace asio = boost::asio;

struct Verdict {
    bool matches = false;
    std::string new_hash;  ///< when the stored one is to be replaced
};

asio::awaitable<void> refuse_unknown(Context& context, std::string password) {
    auto work = [password = std::move(password)] {
        auth::waste_password_time(password);
        return true;
    };
    co_await context.services().hashes.run(std::move(work));
}

asio::awaitable<Verdict> verify(Context& context, std::string password, std::string encoded) {
    auto work = [password = std::move(password), encoded = std::move(encoded)] {
        const auth::PasswordCheck check = auth::check_password(password, encoded);
        Verdict verdict{.matches = check.matches, .new_hash = {}};
        if (check.must_update) verdict.new_hash = auth::hash_password(password);
        return verdict;
    };
    co_return co_await context.services().hashes.run(std::move(work));
}

bool has_proxy_header(const http::Request& request) {
    constexpr std::string_view kPrefix = "x-forwarded-";
    for (const auto& field : request.message) {
        const auto name = field.name_string();
        if (boost::beast::iequals(name, "forwarded") || boost::beast::iequals(name.substr(0, kPrefix.size()), kPrefix))
            return true;
    }
    return false;
}

/// @return the active user whose password this is
asio::awaitable<std::optional<store::Credentials>> find_operator(Context& context, std::string username,
                                                                 std::string password) {
    // PostgreSQL has no text with a NUL in it, so nobody has that name.
    const bool impossible = username.find('\0') != std::string::npos;
    const bool is_default = username == kDefaultUsername && password == kDefaultPassword;
    if (is_default && !is_local_request(context.request())) {
        spdlog::warn("login with the default password refused: not from this machine ({})", context.request().id);
        co_await refuse_unknown(context, std::move(password));
        co_return std::nullopt;
    }
    std::optional<store::Credentials> user;
    if (!impossible) user = co_await context.services().tokens.find_credentials(username);
    if (!user) {
        co_await refuse_unknown(context, std::move(password));
        co_return std::nullopt;
    }
    Verdict verdict = co_await verify(context, std::move(password), user->password_hash);
    if (!verdict.matches) co_return std::nullopt;
    if (!verdict.new_hash.empty()) {
        co_await context.services().tokens.update_password_hash(user->id, user->password_hash, verdict.new_hash);
        user->password_hash = std::move(verdict.new_hash);
    }
    if (!user->is_active) co_return std::nullopt;
    co_return user;
}

}  // namespace

bool is_local_request(const http::Request& request) {
    if (!request.peer->is_loopback || has_proxy_header(request)) return false;
    std::string host = request.header("Host");
    const rest::Target target = rest::parse_target(request.target());
    if (!target.authority.empty()) host = std::string(target.authority);
    const auto colon = host.rfind(':');
    if (colon != std::string::npos && host.find(']', colon) == std::string::npos) host.resize(colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
    boost::system::error_code not_an_address;
    const auto address = asio::ip::make_address(host, not_an_address);
    return boost::beast::iequals(host, "localhost") || (!not_an_address && address.is_loopback());
}

asio::awaitable<std::optional<store::Credentials>> check_credentials(Context& context, std::string username,
                                                                     std::string password) {
    LoginSlot slot = co_await take_login(context);
    auto user = co_await find_operator(context, std::move(username), std::move(password));
    Metrics& metrics = context.services().metrics;
    if (user) {
        ++metrics.logins_ok;
    } else {
        slot.keep();
        ++metrics.logins_refused;
        // No name: what was typed there may have been the password.  fail2ban reads this line (docs/fail2ban).
        const std::string& address = context.request().client_address;
        spdlog::warn("login refused from {} ({})", address.empty() ? "-" : address, context.request().id);
    }
    co_return user;
}

}  // namespace wdx::api
