#include "rest/negotiation.hpp"

#include "base/unicode.hpp"
#include "rest/error.hpp"

#include <algorithm>

namespace wdx::rest {
namespace {

std::string lower(std::string_view text) {
    std::string out{text};
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return out;
}

/// `type/subtype; name=value; ...`, names in lower case.  Source: Django utils/http.py `parse_header_parameters`.
struct MediaType {
    std::string type;
    std::string subtype;
    std::vector<std::pair<std::string, std::string>> params;

    explicit MediaType(std::string_view text) {
        const std::string full = lower(base::strip(take_part(text)));
        const auto slash = full.find('/');
        type = full.substr(0, slash);
        if (slash != std::string::npos) subtype = full.substr(slash + 1);
        while (!text.empty()) {
            text.remove_prefix(1);
            add_param(take_part(text));
        }
    }

    [[nodiscard]] const std::string* param(std::string_view name) const {
        for (const auto& [key, value] : params)
            if (key == name) return &value;
        return nullptr;
    }

    /// 0 for `*/*` up to 3 for a type with parameters besides q.
    [[nodiscard]] int precedence() const {
        if (type == "*") return 0;
        if (subtype == "*") return 1;
        return params.empty() || (params.size() == 1 && params.front().first == "q") ? 2 : 3;
    }

    [[nodiscard]] bool matches_json() const { return matches("application", "json"); }
    [[nodiscard]] bool matches(std::string_view of_type, std::string_view of_subtype) const {
        return (type == "*" || type == of_type) && (subtype == "*" || subtype == of_subtype);
    }

  private:
    /// Takes what stands before the next semicolon outside quotes.
    static std::string_view take_part(std::string_view& text) {
        std::size_t end = 0;
        bool quoted = false;
        for (; end < text.size() && (quoted || text[end] != ';'); ++end)
            if (text[end] == '"' && (end == 0 || text[end - 1] != '\\')) quoted = !quoted;
        const std::string_view part = text.substr(0, end);
        text.remove_prefix(end);
        return part;
    }

    void add_param(std::string_view text) {
        const auto equals = text.find('=');
        if (equals == std::string_view::npos) return;
        const std::string name = lower(base::strip(text.substr(0, equals)));
        std::string value = unquote(base::strip(text.substr(equals + 1)));
        const auto same = std::find_if(params.begin(), params.end(), [&](const auto& p) { return p.first == name; });
        if (same != params.end()) {
            same->second = std::move(value);
        } else {
            params.emplace_back(name, std::move(value));
        }
    }

    static std::string unquote(std::string_view value) {
        if (value.size() < 2 || value.front() != '"' || value.back() != '"') return std::string(value);
        value = value.substr(1, value.size() - 2);
        std::string out;
        for (std::size_t i = 0; i < value.size(); ++i) {
            const bool escapes =
                value[i] == '\\' && i + 1 < value.size() && (value[i + 1] == '\\' || value[i + 1] == '"');
            out += escapes ? value[++i] : value[i];
        }
        return out;
    }
};

/// @return 1..8; zero and less mean compact, as in DRF's `zero_as_none`
std::optional<int> indent_of(const MediaType& media_type) {
    constexpr std::int64_t kMostSpaces = 8;
    const std::string* text = media_type.param("indent");
    if (text == nullptr) return std::nullopt;
    const auto number = base::parse_python_int(*text);
    if (!number || number->negative) return std::nullopt;
    const std::int64_t spaces = number->in_range ? std::min(number->value, kMostSpaces) : kMostSpaces;
    return spaces == 0 ? std::nullopt : std::optional(static_cast<int>(spaces));
}

}  // namespace

Rendering negotiate(const QueryParams& query, const std::optional<std::string>& accept) {
    const std::string* format = query.last("format");
    if (format != nullptr && !format->empty() && *format != "json") throw not_found();
    if (!accept) return {};
    std::optional<MediaType> best;
    std::string_view rest = *accept;
    while (true) {
        const auto comma = rest.find(',');
        MediaType candidate(base::strip(rest.substr(0, comma)));
        if (candidate.matches_json() && (!best || candidate.precedence() > best->precedence()))
            best = std::move(candidate);
        if (comma == std::string_view::npos) break;
        rest.remove_prefix(comma + 1);
    }
    if (!best) throw not_acceptable();
    return {.indent = indent_of(*best)};
}

void negotiate_event_stream(const QueryParams& query, const std::optional<std::string>& accept) {
    const std::string* format = query.last("format");
    if (format != nullptr && !format->empty()) throw not_found();
    if (!accept) return;
    std::string_view rest = *accept;
    while (true) {
        const auto comma = rest.find(',');
        if (MediaType(base::strip(rest.substr(0, comma))).matches("text", "event-stream")) return;
        if (comma == std::string_view::npos) throw not_acceptable();
        rest.remove_prefix(comma + 1);
    }
}

bool is_json_media_type(std::string_view content_type) {
    return MediaType(content_type).matches_json();
}

std::string charset_of(std::string_view content_type) {
    const MediaType media_type(content_type);
    const std::string* charset = media_type.param("charset");
    return charset == nullptr ? std::string{} : *charset;
}

}  // namespace wdx::rest
