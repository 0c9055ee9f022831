#pragma once

#include "api/request/context.hpp"
#include "rest/body_fields.hpp"

namespace wdx::api {

/// The login that the original's documentation gives.
inline constexpr std::string_view kDefaultUsername = "watchdxg";
inline constexpr std::string_view kDefaultPassword = "watchdxg";

/// Reads the fields of a request that is to prove who sends it.
/// @throws ApiError as rest::read_text_fields; too many elements count as a failed login
/// @throws ApiError 429 instead of that, when the address had too many of those
std::vector<std::string> read_credentials(Context& context, const rest::Body& table);

/// Checks a user name and password as Django's ModelBackend does: a stored hash that is not today's is replaced after a
/// good check, also when the user is inactive; an unknown user costs the time of a wrong password.  The documented
/// default password is refused unless the request comes from this machine itself.  Throttled before anything is looked
/// up or computed; a refused check counts as a failed login.
/// @param otp  a one-time or a recovery code; it counts where the operator has a second factor, and is used up only by
///             the statement that gets the result
/// @return the active operator with the hash as it is now stored, nullopt when refused for whatever reason
/// @throws ApiError 429; 503 when too many logins wait; DbError
boost::asio::awaitable<std::optional<store::CheckedOperator>> check_credentials(Context& context, std::string username,
                                                                                std::string password, std::string otp);

/// The same for an operator who is known already.
boost::asio::awaitable<std::optional<store::CheckedOperator>> check_password_of(Context& context, std::int32_t id,
                                                                                std::string password, std::string otp);

/// Checks a one-time code of a secret that no login asks for yet: throttled, and counted when it is wrong, as a
/// password.
/// @return the step that it belongs to
/// @throws ApiError 429; DbError
boost::asio::awaitable<std::optional<std::int64_t>> check_code(Context& context, const std::string& secret,
                                                               const std::string& code);

/// True when only this machine can have sent the request: a loopback peer, no trace of a proxy, a local Host.
bool is_local_request(const http::Request& request);

}  // namespace wdx::api
