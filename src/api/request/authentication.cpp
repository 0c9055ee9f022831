#include "api/request/authentication.hpp"

#include "api/request/access.hpp"
#include "api/request/credentials.hpp"
#include "api/request/route.hpp"
#include "base/clock.hpp"
#include "rest/authorization.hpp"

namespace wdx::api {
namespace {

namespace asio = boost::asio;
using rest::ApiError;
using rest::detail_body;
using rest::unauthorized;

ApiError refusal(std::string_view detail, std::string_view code = {}) {
    return unauthorized(detail_body(detail, code), std::string(detail));
}

/// @param has_header  there is one, of a scheme that is not served; the frozen routes do not tell the two apart
ApiError not_authenticated(bool has_header) {
    ApiError error = refusal(has_header ? "Send the access token as `Authorization: Bearer <token>`."
                                        : "Authentication credentials were not provided.");
    error.headers.emplace_back("Vary", "Cookie");
    return error;
}

void authenticate_bearer(Context& context, std::string_view token) {
    const auto decoded = auth::decode_token(token, context.services().access.key, base::unix_now());
    if (const auto* fault = std::get_if<auth::TokenFault>(&decoded)) throw token_not_valid(*fault);
    const auto& claims = std::get<auth::Claims>(decoded);
    if (const auto fault = auth::check_claims(claims, auth::TokenType::access)) throw token_not_valid(*fault);
    if (claims.find("user_id") == nullptr)
        throw refusal("Token contained no recognizable user identification", "token_not_valid");
    const std::string_view jti = claims.jti();
    context.set_bearer({.user_id = claims.user_id(),
                        .issued_at = claims.issued_at(),
                        .expires_at = claims.expires_at(),
                        .jti = store::is_storable_jti(jti) ? std::string(jti) : std::string{}});
}

asio::awaitable<void> authenticate_basic(Context& context, rest::BasicCredentials credentials) {
    // A second factor cannot be sent this way.
    const auto user = co_await check_credentials(context, credentials.username, credentials.password, {});
    if (!user) throw refusal("Invalid username/password.");
    context.set_bearer({.user_id = user->id, .issued_at = base::unix_now()});
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
    auto authorization = rest::parse_authorization(header, context.services().access.basic_auth);
    if (const auto* fault = std::get_if<rest::AuthorizationFault>(&authorization))
        throw refusal(fault->detail, fault->code);
    if (const auto* bearer = std::get_if<rest::BearerCredentials>(&authorization)) {
        authenticate_bearer(context, bearer->token);
    } else if (auto* basic = std::get_if<rest::BasicCredentials>(&authorization)) {
        co_await authenticate_basic(context, std::move(*basic));
    } else {
        throw not_authenticated(!header.empty() && context.route->layer == Layer::open);
    }
}

}  // namespace wdx::api
