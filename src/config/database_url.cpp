#include "config/database_url.hpp"

#include <fmt/format.h>

namespace wdx::config {
namespace {

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    std::string encoded;
    for (const char c : text) {
        if (kPlain.find(c) != std::string_view::npos)
            encoded += c;
        else
            encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return encoded;
}

std::string quoted(std::string_view text) {
    std::string quoted = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted + "'";
}

}  // namespace

// Of two passwords libpq takes the last, in either form.
std::string with_password(std::string_view url, std::string_view password) {
    const bool is_uri = url.starts_with("postgresql://") || url.starts_with("postgres://");
    if (!is_uri) return fmt::format("{} password={}", url, quoted(password));
    const char separator = url.find('?') == std::string_view::npos ? '?' : '&';
    return fmt::format("{}{}password={}", url, separator, percent_encoded(password));
}

}  // namespace wdx::config
