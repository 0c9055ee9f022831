#pragma once

#include <string>
#include <string_view>
#include <variant>

namespace wdx::rest {

/// No header, or one of a scheme that is not served: the same answer as without credentials.
struct NoCredentials {};

/// `Bearer <token>`; the token points into the header.
struct BearerCredentials {
    std::string_view token;
};

/// HTTP Basic, decoded from UTF-8 or else Latin-1, as DRF does it.
struct BasicCredentials {
    std::string username;  ///< without a colon
    std::string password;
};

/// Why a header is refused, in the words of DRF and SimpleJWT.
struct AuthorizationFault {
    std::string_view detail;
    std::string_view code;  ///< empty when the answer has none
};

using Authorization = std::variant<NoCredentials, BearerCredentials, BasicCredentials, AuthorizationFault>;

/// Takes an Authorization header apart.
/// @param header      its value; empty when there is none
/// @param with_basic  whether HTTP Basic is served; it is an unknown scheme otherwise
/// Source: SimpleJWT authentication.py `JWTAuthentication.get_raw_token`; DRF authentication.py `BasicAuthentication`.
Authorization parse_authorization(std::string_view header, bool with_basic);

}  // namespace wdx::rest
