#include "api/authentication.hpp"

#include "api/credentials.hpp"
#include "base/base64.hpp"
#include "base/clock.hpp"
#include "base/unicode.hpp"

namespace wdx::api {
namespace {

namespace asio = boost::asio;
using rest::ApiError;
using rest::detail_body;
using rest::unauthorized;

/// Splits at ASCII white space, as Python's `bytes.split()`.
std::vector<std::string_view> split(std::string_view text) {
    constexpr std::string_view kSpace = " \t\n\r\x0b\f";
    std::vector<std::string_view> parts;
    while (true) {
        const auto begin = text.find_first_not_of(kSpace);
        if (begin == std::string_view::npos) return parts;
        text.remove_prefix(begin);
        const auto end = std::min(text.find_first_of(kSpace), text.size());
        parts.push_back(text.substr(0, end));
        text.remove_prefix(end);
    }
}

bool is_basic(std::string_view scheme) {
    constexpr std::string_view kName = "basic";
    return scheme.size() == kName.size() && std::equal(scheme.begin(), scheme.end(), kName.begin(), [](char a, char b) {
               return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
           });
}

ApiError refusal(std::string_view detail, std::string_view code = {}) {
    return unauthorized(detail_body(detail, code), std::string(detail));
}

ApiError not_authenticated() {
    ApiError error = refusal("Authentication credentials were not provided.");
    error.headers.emplace_back("Vary", "Cookie");
    return error;
}

void authenticate_bearer(Context& context, const std::vector<std::string_view>& parts) {
    if (parts.size() != 2)
        throw refusal("Authorization header must contain two space-delimited values", "bad_authorization_header");
    const auto decoded = auth::decode_token(parts[1], context.services().key, base::unix_now());
    if (const auto* fault = std::get_if<auth::TokenFault>(&decoded)) throw token_not_valid(*fault);
    const auto& claims = std::get<auth::Claims>(decoded);
    if (const auto fault = auth::check_claims(claims, auth::TokenType::access)) throw token_not_valid(*fault);
    if (claims.find("user_id") == nullptr)
        throw refusal("Token contained no recognizable user identification", "token_not_valid");
    const std::string_view jti = claims.jti();
    context.set_bearer({.user_id = claims.user_id(),
                        .issued_at = claims.issued_at(),
                        .jti = store::is_storable_jti(jti) ? std::string(jti) : std::string{}});
}

/// `user:password` in UTF-8, or else Latin-1, as DRF decodes it.
std::string decode_basic(std::string_view text) {
    auto decoded = base::base64_decode_lenient(text);
    if (!decoded) throw refusal("Invalid basic header. Credentials not correctly base64 encoded.");
    if (base::is_utf8(*decoded)) return std::move(*decoded);
    return base::latin1_to_utf8(*decoded);
}

asio::awaitable<void> authenticate_basic(Context& context, std::vector<std::string_view> parts) {
    if (parts.size() == 1) throw refusal("Invalid basic header. No credentials provided.");
    if (parts.size() > 2) throw refusal("Invalid basic header. Credentials string should not contain spaces.");
    const std::string pair = decode_basic(parts[1]);
    const auto colon = pair.find(':');
    if (colon == std::string::npos) throw refusal("Invalid basic header. Credentials not correctly base64 encoded.");
    // A second factor cannot be sent this way.
    const auto user = co_await check_credentials(context, pair.substr(0, colon), pair.substr(colon + 1), {});
    if (!user) throw refusal("Invalid username/password.");
    context.set_bearer({.user_id = user->id, .issued_at = std::nullopt});
    context.set_access_granted();
}

}  // namespace

ApiError user_not_found() {
    return refusal("User not found", "user_not_found");
}

ApiError user_inactive() {
    return refusal("User is inactive", "user_inactive");
}

ApiError token_not_valid(auth::TokenFault fault) {
    const std::string_view message = auth::message_of(fault);
    return unauthorized(
        fmt::format(R"({{"detail":"Given token not valid for any token type","code":"token_not_valid","messages":)"
                    R"([{{"token_class":"AccessToken","token_type":"access","message":"{}"}}]}})",
                    message),
        std::string(message));
}

ApiError refresh_not_valid(auth::TokenFault fault) {
    return refusal(auth::message_of(fault), "token_not_valid");
}

asio::awaitable<void> authenticate(Context& context) {
    const std::string header = context.request().header("Authorization");
    const auto parts = split(header);
    if (!parts.empty() && parts[0] == "Bearer") {
        authenticate_bearer(context, parts);
    } else if (!parts.empty() && is_basic(parts[0]) && context.services().basic_auth) {
        co_await authenticate_basic(context, parts);
    } else {
        throw not_authenticated();
    }
}

}  // namespace wdx::api
