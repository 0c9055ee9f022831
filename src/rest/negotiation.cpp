#include "rest/negotiation.hpp"

#include "base/ascii.hpp"
#include "base/unicode.hpp"
#include "rest/error.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace wdx::rest {
namespace {

/// Of one media type.  A header full of them must not cost the square of their number.
constexpr std::size_t kMostParams = 100;

/// `type/subtype; name=value; ...`, names in lower case.  Source: Django utils/http.py `parse_header_parameters`.
struct MediaType {
    std::string type;
    std::string subtype;
    std::vector<std::pair<std::string, std::string>> params;

    explicit MediaType(std::string_view text) {
        const std::string full = base::ascii_lower(base::strip(take_part(text)));
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

    /// Of a range in Accept: whether a concrete media type is within it.
    [[nodiscard]] bool matches(std::string_view wanted_type, std::string_view wanted_subtype) const {
        return (type == "*" || type == wanted_type) && (subtype == "*" || subtype == wanted_subtype);
    }

    [[nodiscard]] bool is_wildcard() const { return type == "*" || subtype == "*"; }

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
        const std::string name = base::ascii_lower(base::strip(text.substr(0, equals)));
        std::string value = unquote(base::strip(text.substr(equals + 1)));
        const auto same = std::find_if(params.begin(), params.end(), [&](const auto& p) { return p.first == name; });
        if (same != params.end()) {
            same->second = std::move(value);
        } else if (params.size() < kMostParams) {
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

/// One thing that a route can answer with.
struct Renderer {
    std::string_view name;  ///< in `?format=`
    std::string_view type;
    std::string_view subtype;
    Format format;
};

// The first one of each is the default.
constexpr std::array kListRenderers{Renderer{"json", "application", "json", Format::json},
                                    Renderer{"csv", "text", "csv", Format::csv},
                                    Renderer{"ndjson", "application", "x-ndjson", Format::ndjson}};
constexpr std::array kEventRenderers{Renderer{"event-stream", "text", "event-stream", Format::json}};
constexpr std::array kHtmlRenderers{Renderer{"html", "text", "html", Format::json}};
constexpr std::array kReportRenderers{Renderer{"html", "text", "html", Format::html},
                                      Renderer{"json", "application", "json", Format::json}};

std::span<const Renderer> renderers_of(Formats formats) {
    switch (formats) {
        case Formats::list:
            return kListRenderers;
        case Formats::event_stream:
            return kEventRenderers;
        case Formats::html:
            return kHtmlRenderers;
        case Formats::report:
            return kReportRenderers;
        case Formats::json:
            break;
    }
    return {kListRenderers.data(), 1};
}

/// @return what a range of Accept asks for, nullptr when there is none of it
const Renderer* find_renderer(std::span<const Renderer> candidates, const MediaType& range) {
    // An export is for who asks for it: a wildcard takes what comes first.
    if (range.is_wildcard()) candidates = candidates.first(1);
    const auto found = std::find_if(candidates.begin(), candidates.end(), [&](const Renderer& renderer) {
        return range.matches(renderer.type, renderer.subtype);
    });
    return found == candidates.end() ? nullptr : &*found;
}

}  // namespace

Rendering negotiate(const QueryParams& query, const std::optional<std::string>& accept, Formats formats) {
    std::span<const Renderer> candidates = renderers_of(formats);
    const std::string* name = query.last("format");
    const bool is_named = name != nullptr && !name->empty();
    if (is_named) {
        const auto named = std::find_if(candidates.begin(), candidates.end(),
                                        [&](const Renderer& renderer) { return renderer.name == *name; });
        if (named == candidates.end()) throw not_found();
        candidates = {named, 1};
    }
    if (!accept) return {.format = candidates.front().format};
    const Renderer* chosen = nullptr;
    std::optional<MediaType> best;
    std::string_view rest = *accept;
    while (true) {
        const auto comma = rest.find(',');
        MediaType range(base::strip(rest.substr(0, comma)));
        const Renderer* match = find_renderer(candidates, range);
        const int lead = best ? range.precedence() - best->precedence() : 1;
        if (match != nullptr && (lead > 0 || (lead == 0 && match < chosen))) {
            chosen = match;
            best = std::move(range);
        }
        if (comma == std::string_view::npos) break;
        rest.remove_prefix(comma + 1);
    }
    if (chosen == nullptr) throw not_acceptable();
    const bool may_indent = chosen->subtype == "json" && formats != Formats::report;
    return {.format = chosen->format, .indent = may_indent ? indent_of(*best) : std::nullopt};
}

bool is_json_media_type(std::string_view content_type) {
    return MediaType(content_type).matches("application", "json");
}

std::string charset_of(std::string_view content_type) {
    const MediaType media_type(content_type);
    const std::string* charset = media_type.param("charset");
    return charset == nullptr ? std::string{} : *charset;
}

}  // namespace wdx::rest
