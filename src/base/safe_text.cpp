#include "base/safe_text.hpp"

#include "base/unicode.hpp"

#include <iterator>

#include <fmt/format.h>

namespace wdx::base {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

}  // namespace

std::string escape_controls(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7F) {
            fmt::format_to(std::back_inserter(out), "\\x{:02x}", byte);
        } else {
            out.push_back(c);
        }
    }
    return out;
}

std::string safe_text(std::string_view text, std::size_t characters) {
    std::string out;
    std::size_t position = 0;
    for (std::size_t taken = 0; taken < characters && position < text.size(); ++taken) {
        const std::size_t begin = position;
        next_code_point(text, position);
        const std::string_view character = text.substr(begin, position - begin);
        out += is_utf8(character) ? character : kReplacement;
    }
    return escape_controls(out);
}

std::string ascii_text(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80)
            out += c;
        else if (byte >= 0xC0)
            out += '?';  // the first byte of a character; those that continue it are left out
    }
    return out;
}

}  // namespace wdx::base
