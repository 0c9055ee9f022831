#include "rest/url.hpp"

#include "base/ascii.hpp"
#include "base/unicode.hpp"
#include "rest/error.hpp"

#include <algorithm>

namespace wdx::rest {
namespace {

constexpr std::string_view kUpperHex = "0123456789ABCDEF";
/// What Python's urllib.parse.quote never escapes.
constexpr std::string_view kAlwaysSafe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~";
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::ptrdiff_t kMostParams = 1000;               ///< Django's DATA_UPLOAD_MAX_NUMBER_FIELDS

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

/// `text` with each of its malformed parts, cut as Python's codec cuts them, replaced by what `on_bad` appends.
template <typename OnBad>
std::string map_broken_utf8(std::string_view text, OnBad on_bad) {
    std::string out;
    out.reserve(text.size());
    while (const auto fault = base::find_utf8_fault(text)) {
        out += text.substr(0, fault->begin);
        on_bad(out, text.substr(fault->begin, fault->end - fault->begin));
        text.remove_prefix(fault->end);
    }
    return out.append(text);
}

/// Decodes as Python's `unquote(text, errors="replace")`: stretches of ASCII one by one, the rest is taken over.
/// @param text  UTF-8
std::string unquote_plus(std::string_view text) {
    const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
    std::string out;
    while (!text.empty()) {
        const auto* const end = std::find_if_not(text.begin(), text.end(), is_ascii);
        const auto ascii = static_cast<std::size_t>(end - text.begin());
        out += map_broken_utf8(percent_decode(text.substr(0, ascii), true),
                               [](std::string& good, std::string_view) { good += kReplacement; });
        text.remove_prefix(ascii);
        const auto* const next = std::find_if(text.begin(), text.end(), is_ascii);
        const auto rest = static_cast<std::size_t>(next - text.begin());
        out += text.substr(0, rest);
        text.remove_prefix(rest);
    }
    return out;
}

/// Python's `urllib.parse.quote`.
std::string quote(std::string_view text, std::string_view safe) {
    std::string out;
    for (const char c : text) {
        if (kAlwaysSafe.find(c) != std::string_view::npos || safe.find(c) != std::string_view::npos) {
            out += c;
        } else {
            append_escape(out, static_cast<unsigned char>(c));
        }
    }
    return out;
}

}  // namespace

Target parse_target(std::string_view target) {
    Target out;
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!base::equals_ignoring_ascii_case(target.substr(0, scheme.size()), scheme)) continue;
        const std::string_view rest = target.substr(scheme.size());
        const auto end = rest.find_first_of("/?");
        out.authority = rest.substr(0, end);
        target = end == std::string_view::npos ? std::string_view{"/"} : rest.substr(end);
        break;
    }
    // A fragment has no place here (RFC 9112, section 3.2); the original's server drops it.
    target = target.substr(0, target.find('#'));
    const auto question = target.find('?');
    if (question != std::string_view::npos) out.query = target.substr(question + 1);
    // Bytes beyond ASCII that are not percent-encoded are Latin-1 to the original's server (gunicorn, util.py
    // `unquote_to_wsgi_str`): raw UTF-8 in a path names something else, or nothing.
    const std::string path = base::latin1_to_utf8(target.substr(0, question));
    out.path = map_broken_utf8(percent_decode(path, false), [](std::string& text, std::string_view bad) {
        for (const char c : bad) append_escape(text, static_cast<unsigned char>(c));
    });
    return out;
}

QueryParams::QueryParams(std::string_view query) {
    if (std::count(query.begin(), query.end(), '&') >= kMostParams) throw bad_request("Too many query parameters.");
    const std::string text = base::is_utf8(query) ? std::string(query) : base::latin1_to_utf8(query);
    std::string_view rest = text;
    while (!rest.empty()) {
        const auto end = rest.find('&');
        const std::string_view pair = rest.substr(0, end);
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
        if (pair.empty()) continue;
        const auto equals = pair.find('=');
        params_.emplace_back(unquote_plus(pair.substr(0, equals)),
                             equals == std::string_view::npos ? std::string{} : unquote_plus(pair.substr(equals + 1)));
    }
}

const std::string* QueryParams::last(std::string_view name) const noexcept {
    const auto found = std::find_if(params_.rbegin(), params_.rend(), [&](const auto& p) { return p.first == name; });
    return found == params_.rend() ? nullptr : &found->second;
}

std::string quote_plus(std::string_view text) {
    std::string out = quote(text, " ");
    std::replace(out.begin(), out.end(), ' ', '+');
    return out;
}

std::string location_with_slash(const Target& target) {
    std::string out = quote(target.path, "/:@&+$,-_.!~*'()");
    // `//host` would be another host for the client (Django utils/http.py `escape_leading_slashes`).
    if (out.starts_with("//")) out.replace(0, 2, "/%2F");
    out += '/';
    if (!target.query.empty()) {
        out += '?';
        // WSGI hands bytes over as Latin-1, and that is what the original quotes.
        out += quote(base::latin1_to_utf8(target.query), "/#%[]=:;$&()+,!?*@'~");
    }
    return out;
}

}  // namespace wdx::rest
