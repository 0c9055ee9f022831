#include "rest/cookies.hpp"

#include <algorithm>

namespace wdx::rest {

std::string render_cookie(const Cookie& cookie) {
    return fmt::format("{}={}; Max-Age={}; HttpOnly; SameSite=Strict{}", cookie.name, cookie.value,
                       cookie.max_age.count(), cookie.is_secure ? "; Secure" : "");
}

std::string read_cookie(const http::Request& request, std::string_view name) {
    const std::string header = request.header("Cookie");
    std::string_view rest = header;
    while (!rest.empty()) {
        rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
        const std::string_view pair = rest.substr(0, rest.find(';'));
        rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
        if (pair.starts_with(name) && pair.substr(name.size()).starts_with('='))
            return std::string(pair.substr(name.size() + 1));
    }
    return {};
}

}  // namespace wdx::rest
