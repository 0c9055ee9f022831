#include "rest/negotiation.hpp"

#include <charconv>

#include "base/unicode.hpp"
#include "rest/error.hpp"

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
        const auto end = text.find(';');
        const std::string full = lower(base::strip(text.substr(0, end)));
        const auto slash = full.find('/');
        type = full.substr(0, slash);
        if (slash != std::string::npos) subtype = full.substr(slash + 1);
        while (end != std::string_view::npos && !text.empty()) {
            const auto semicolon = text.find(';');
            if (semicolon == std::string_view::npos) break;
            text.remove_prefix(semicolon + 1);
            add_param(text.substr(0, text.find(';')));
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

    [[nodiscard]] bool matches_json() const {
        return (type == "*" || type == "application") && (subtype == "*" || subtype == "json");
    }

  private:
    void add_param(std::string_view text) {
        const auto equals = text.find('=');
        if (equals == std::string_view::npos) return;
        std::string value{base::strip(text.substr(equals + 1))};
        if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
        params.emplace_back(lower(base::strip(text.substr(0, equals))), std::move(value));
    }
};

std::optional<int> indent_of(const MediaType& media_type) {
    constexpr int kMostSpaces = 8;
    const std::string* text = media_type.param("indent");
    if (text == nullptr) return std::nullopt;
    const auto number = base::parse_python_int(*text);
    if (!number) return std::nullopt;
    if (!number->in_range) return number->negative ? 0 : kMostSpaces;
    return static_cast<int>(std::clamp<std::int64_t>(number->value, 0, kMostSpaces));
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

bool is_json_media_type(std::string_view content_type) { return MediaType(content_type).matches_json(); }

std::string charset_of(std::string_view content_type) {
    const MediaType media_type(content_type);
    const std::string* charset = media_type.param("charset");
    return charset == nullptr ? std::string{} : *charset;
}

}  // namespace wdx::rest
