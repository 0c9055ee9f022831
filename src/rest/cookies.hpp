#pragma once

#include "http/message.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace wdx::rest {

/// A cookie that no script sees, that comes with requests of this site alone, and only to the path that set it (there
/// is no Path: the browser takes that of the request, whatever prefix a proxy puts before it).
struct Cookie {
    std::string_view name;
    std::string_view value;        ///< of characters that a cookie may have (RFC 6265, section 4.1.1)
    std::chrono::seconds max_age;  ///< zero: the browser forgets it
    bool is_secure = false;        ///< sent by https alone
};

/// @return the value of Set-Cookie
std::string render_cookie(const Cookie& cookie);

/// @return the first cookie of that name, as sent; empty when there is none.  Source: RFC 6265, section 5.4
std::string read_cookie(const http::Request& request, std::string_view name);

}  // namespace wdx::rest
