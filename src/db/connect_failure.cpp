#include "db/connect_failure.hpp"

#include <algorithm>
#include <array>

namespace wdx::db {
namespace {

constexpr std::array<std::string_view, 2> kSchemes{"postgresql://", "postgres://"};

bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool has_bare_percent(std::string_view text) {
    for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1))
        if (at + 2 >= text.size() || !is_hex(text[at + 1]) || !is_hex(text[at + 2])) return true;
    return false;
}

}  // namespace

bool is_misread_url(std::string_view url) {
    const auto scheme = std::find_if(kSchemes.begin(), kSchemes.end(),
                                     [&](std::string_view prefix) { return url.starts_with(prefix); });
    if (scheme == kSchemes.end()) return false;
    url.remove_prefix(scheme->size());
    // libpq ends the user and the password at the first `@`, and all of that with the host at the first `/`.
    const std::size_t slash = std::min(url.find('/'), url.size());
    const std::string_view authority = url.substr(0, slash);
    const std::string_view rest = url.substr(slash);
    const std::string_view path = rest.substr(0, rest.find('?'));
    return std::count(authority.begin(), authority.end(), '@') > 1 || path.find('@') != std::string_view::npos ||
           has_bare_percent(url);
}

std::string connect_failure(std::string_view url, std::string libpq_message) {
    if (!is_misread_url(url)) return libpq_message;
    return "the URL of the database is not read as it is meant. In its password write @ as %40, / as %2F, % as %25, "
           "and "
           "other characters with a meaning in URLs likewise";
}

}  // namespace wdx::db
