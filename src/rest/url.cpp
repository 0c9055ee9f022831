#include "rest/url.hpp"

#include "base/unicode.hpp"

namespace wdx::rest {
namespace {

constexpr std::string_view kUpperHex = "0123456789ABCDEF";
/// What Python's urllib.parse.quote never escapes.
constexpr std::string_view kAlwaysSafe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~";
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

int hex_value(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

void append_escape(std::string& out, unsigned char byte) {
    out += '%';
    out += kUpperHex[byte >> 4U];
    out += kUpperHex[byte & 15U];
}

std::string percent_decode(std::string_view text, bool plus_is_space) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0) {
            out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        } else {
            out += plus_is_space && text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

/// Length of the UTF-8 character at the front, or 0 with `bad` set to how many bytes one decoding error covers.
std::size_t utf8_length(std::string_view text, std::size_t& bad) noexcept {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t want = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    for (std::size_t size = std::min(want, text.size()); size > 0; --size) {
        if (size == want && base::is_utf8(text.substr(0, size))) return size;
    }
    // The longest prefix that could have become a character (Unicode 15, section 3.9, "maximal subpart").
    bad = 1;
    while (bad < want && bad < text.size()) {
        static constexpr std::string_view kTails[] = {"\x80\x80\x80", "\xBF\xBF\xBF", "\x90\x80\x80", "\x9F\x80\x80"};
        std::string candidate{text.substr(0, bad + 1)};
        const bool viable = std::any_of(std::begin(kTails), std::end(kTails), [&](std::string_view tail) {
            return base::is_utf8(candidate + std::string(tail.substr(0, want - bad - 1)));
        });
        if (!viable) break;
        ++bad;
    }
    return 0;
}

template <typename OnBad>
std::string map_broken_utf8(std::string_view text, OnBad on_bad) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        std::size_t bad = 0;
        std::size_t used = utf8_length(text, bad);
        if (used > 0) {
            out += text.substr(0, used);
        } else {
            used = bad;
            on_bad(out, text.substr(0, bad));
        }
        text.remove_prefix(used);
    }
    return out;
}

std::string quote(std::string_view text, std::string_view safe, bool bytes_are_latin1) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (kAlwaysSafe.find(c) != std::string_view::npos || safe.find(c) != std::string_view::npos) {
            out += c;
        } else if (byte >= 0x80 && bytes_are_latin1) {
            std::string utf8;
            base::append_utf8(utf8, byte);
            for (const char u : utf8) append_escape(out, static_cast<unsigned char>(u));
        } else {
            append_escape(out, byte);
        }
    }
    return out;
}

}  // namespace

Target parse_target(std::string_view target) {
    Target out;
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!target.starts_with(scheme)) continue;
        const std::string_view rest = target.substr(scheme.size());
        const auto end = rest.find_first_of("/?");
        out.authority = rest.substr(0, end);
        target = end == std::string_view::npos ? std::string_view{"/"} : rest.substr(end);
        break;
    }
    const auto question = target.find('?');
    if (question != std::string_view::npos) out.query = target.substr(question + 1);
    const std::string_view raw_path = target.substr(0, question);
    std::string decoded = raw_path.find('%') == std::string_view::npos ? std::string(raw_path)
                                                                       : percent_decode(raw_path, false);
    if (base::is_utf8(decoded)) {
        out.path = std::move(decoded);
    } else {
        out.path = map_broken_utf8(decoded, [](std::string& path, std::string_view bad) {
            for (const char c : bad) append_escape(path, static_cast<unsigned char>(c));
        });
    }
    return out;
}

QueryParams::QueryParams(std::string_view query) {
    const auto decode = [](std::string_view text) {
        return map_broken_utf8(percent_decode(text, true),
                               [](std::string& out, std::string_view) { out += kReplacement; });
    };
    while (!query.empty()) {
        const auto end = query.find('&');
        const std::string_view pair = query.substr(0, end);
        query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
        if (pair.empty()) continue;
        const auto equals = pair.find('=');
        params_.emplace_back(decode(pair.substr(0, equals)),
                             equals == std::string_view::npos ? std::string{} : decode(pair.substr(equals + 1)));
    }
}

const std::string* QueryParams::last(std::string_view name) const noexcept {
    const auto found = std::find_if(params_.rbegin(), params_.rend(), [&](const auto& p) { return p.first == name; });
    return found == params_.rend() ? nullptr : &found->second;
}

std::string location_with_slash(const Target& target) {
    std::string out = quote(target.path, "/:@&+$,-_.!~*'()", false);
    // `//host` would be another host for the client (Django utils/http.py `escape_leading_slashes`).
    if (out.starts_with("//")) out.replace(0, 2, "/%2F");
    out += '/';
    if (!target.query.empty()) {
        out += '?';
        // WSGI hands bytes over as Latin-1, and that is what the original quotes.
        out += quote(target.query, "/#%[]=:;$&()+,!?*@'~", true);
    }
    return out;
}

}  // namespace wdx::rest
