#include "api/request/credentials.hpp"

#include "api/request/access.hpp"
#include "auth/password_hash.hpp"
#include "auth/totp.hpp"
#include "rest/body.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/beast/core/string.hpp>
#include <spdlog/spdlog.h>

namespace wdx::api {
namespace {

namespace asio = boost::asio;

struct PasswordMatch {
    bool matches = false;
    std::string new_hash;  ///< when the stored one is to be replaced
};

asio::awaitable<void> refuse_unknown(Context& context, std::string password) {
    auto work = [password = std::move(password)] {
        auth::waste_password_time(password);
        return true;
    };
    co_await context.services().access.hashes.run(std::move(work));
}

asio::awaitable<PasswordMatch> match_password(Context& context, std::string password, std::string encoded) {
    auto work = [password = std::move(password), encoded = std::move(encoded)] {
        const auth::PasswordCheck check = auth::check_password(password, encoded);
        PasswordMatch match{.matches = check.matches, .new_hash = {}};
        if (check.must_update) match.new_hash = auth::hash_password(password);
        return match;
    };
    co_return co_await context.services().access.hashes.run(std::move(work));
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

/// What proves the second factor.  @return nullopt when the operator has one and `otp` is no proof
std::optional<store::SecondFactor> check_second_factor(const store::Credentials& user, std::string_view otp,
                                                       std::string recovery_hash) {
    if (!user.totp_secret) return store::SecondFactor{};
    const auto step = auth::match_totp(*user.totp_secret, otp, base::unix_now());
    if (step && *step > user.totp_last_step) return store::SecondFactor{.step = step, .recovery_hash = {}};
    if (!user.has_recovery_code) return std::nullopt;
    return store::SecondFactor{.step = {}, .recovery_hash = std::move(recovery_hash)};
}

/// @param user  nullopt: no operator has that name
asio::awaitable<std::optional<store::CheckedOperator>> check_found(Context& context,
                                                                   std::optional<store::Credentials> user,
                                                                   std::string password, std::string otp) {
    if (!user) {
        co_await refuse_unknown(context, std::move(password));
        co_return std::nullopt;
    }
    PasswordMatch match = co_await match_password(context, std::move(password), user->password_hash);
    if (!match.matches) co_return std::nullopt;
    if (!match.new_hash.empty()) {
        co_await context.services().access.operators.update_password_hash(user->id, user->password_hash,
                                                                          match.new_hash);
        user->password_hash = std::move(match.new_hash);
    }
    auto factor = check_second_factor(*user, otp, auth::hash_recovery_code(otp));
    if (!user->is_active || !factor) co_return std::nullopt;
    co_return store::CheckedOperator{.id = user->id,
                                     .username = std::move(user->username),
                                     .password_hash = std::move(user->password_hash),
                                     .factor = *std::move(factor)};
}

asio::awaitable<std::optional<store::CheckedOperator>> check_named(Context& context, std::string username,
                                                                   std::string password, std::string otp) {
    std::optional<store::Credentials> user;
    const bool is_default = username == kDefaultUsername && password == kDefaultPassword;
    if (is_default && !is_local_request(context.request())) {
        spdlog::warn("login with the default password refused: not from this machine ({})", context.request().id);
    } else if (username.find('\0') ==
               std::string::npos) {  // PostgreSQL has no text with a NUL: no operator has that name
        user = co_await context.services().access.operators.find_credentials(username, auth::hash_recovery_code(otp));
    }
    co_return co_await check_found(context, std::move(user), std::move(password), std::move(otp));
}

void note_failure(Context& context, LoginSlot& slot) {
    slot.keep();
    note_refused_login(context.services(), context.request());
}

/// Counts and logs what became of a password check.
void note_outcome(Context& context, LoginSlot& slot, bool ok) {
    if (ok) {
        ++context.services().access.counters.logins_ok;
    } else {
        note_failure(context, slot);
    }
}

}  // namespace

std::vector<std::string> read_credentials(Context& context, const rest::Body& table) {
    try {
        return rest::read_text_fields(context.request(), table);
    } catch (const rest::TooManyElements&) {
        count_refused_login(context.services(), context.request());
        throw;
    }
}

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

asio::awaitable<std::optional<store::CheckedOperator>> check_credentials(Context& context, std::string username,
                                                                         std::string password, std::string otp) {
    LoginSlot slot = co_await take_login(context);
    auto checked = co_await check_named(context, std::move(username), std::move(password), std::move(otp));
    note_outcome(context, slot, checked.has_value());
    co_return checked;
}

asio::awaitable<std::optional<store::CheckedOperator>> check_password_of(Context& context, std::int32_t id,
                                                                         std::string password, std::string otp) {
    LoginSlot slot = co_await take_login(context);
    auto user = co_await context.services().access.operators.find_credentials(id, auth::hash_recovery_code(otp));
    auto checked = co_await check_found(context, std::move(user), std::move(password), std::move(otp));
    note_outcome(context, slot, checked.has_value());
    co_return checked;
}

asio::awaitable<std::optional<std::int64_t>> check_code(Context& context, const std::string& secret,
                                                        const std::string& code) {
    LoginSlot slot = co_await take_login(context);
    const auto step = auth::match_totp(secret, code, base::unix_now());
    if (!step) note_failure(context, slot);
    co_return step;
}

}  // namespace wdx::api
