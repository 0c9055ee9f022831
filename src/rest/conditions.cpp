#include "rest/conditions.hpp"

#include "base/json_writer.hpp"
#include "base/unicode.hpp"
#include "rest/error.hpp"

#include <algorithm>

namespace wdx::rest {
namespace {

constexpr std::string_view kWeak = "W/";

bool is_tag_character(char c) {
    return static_cast<unsigned char>(c) > 0x20 && c != '"' && c != 0x7F;
}

std::string_view skip_blanks(std::string_view text) {
    return text.substr(std::min(text.find_first_not_of(" \t"), text.size()));
}

/// Takes an entity tag from the beginning of `text`; empty when there is none.
std::string take_tag(std::string_view& text) {
    const std::size_t begin = text.starts_with(kWeak) ? kWeak.size() : 0;
    if (begin >= text.size() || text[begin] != '"') return {};
    std::size_t end = begin + 1;
    while (end < text.size() && is_tag_character(text[end])) ++end;
    if (end == text.size() || text[end] != '"') return {};
    std::string tag(text.substr(0, end + 1));
    text.remove_prefix(end + 1);
    return tag;
}

/// @param weakly  `W/` makes no difference; otherwise a weak tag matches nothing
std::vector<std::string> comparable_tags(EntityTags given, bool weakly) {
    if (given.any) return {"*"};
    std::vector<std::string> tags;
    for (std::string& tag : given.tags) {
        if (!tag.starts_with(kWeak)) {
            tags.push_back(std::move(tag));
        } else if (weakly) {
            tags.push_back(tag.substr(kWeak.size()));
        }
    }
    return tags;
}

std::optional<std::vector<std::string>> read_comparable(const http::Request& request, std::string_view header,
                                                        bool weakly) {
    auto given = read_entity_tags(request, header);
    if (!given) return std::nullopt;
    return comparable_tags(*std::move(given), weakly);
}

std::optional<std::string> to_json(const std::optional<std::vector<std::string>>& tags) {
    if (!tags) return std::nullopt;
    std::string json = "[";
    for (const std::string& tag : *tags) {
        if (json.size() > 1) json += ',';
        base::append_json_string(json, base::latin1_to_utf8(tag));
    }
    return json + ']';
}

bool matches(const std::vector<std::string>& tags, std::string_view etag) {
    return std::any_of(tags.begin(), tags.end(), [&](const std::string& tag) { return tag == "*" || tag == etag; });
}

}  // namespace

std::optional<EntityTags> read_entity_tags(const http::Request& request, std::string_view header) {
    if (!request.has(header)) return std::nullopt;
    const auto malformed = [&] { return bad_request(fmt::format("Invalid {} header.", header)); };
    const std::string value = request.header(header);
    std::string_view rest = skip_blanks(value);
    EntityTags read;
    if (rest.starts_with('*')) {
        if (!skip_blanks(rest.substr(1)).empty()) throw malformed();
        read.any = true;
        return read;
    }
    while (!rest.empty()) {
        if (rest.front() != ',') {
            read.tags.push_back(take_tag(rest));
            if (read.tags.back().empty()) throw malformed();
            rest = skip_blanks(rest);
            if (!rest.empty() && rest.front() != ',') throw malformed();
        }
        rest = skip_blanks(rest.substr(std::min<std::size_t>(1, rest.size())));
    }
    if (read.tags.empty()) throw malformed();
    return read;
}

Conditions read_conditions(const http::Request& request) {
    return {.if_match = to_json(read_comparable(request, "If-Match", false)),
            .if_none_match = to_json(read_comparable(request, "If-None-Match", true))};
}

std::optional<unsigned> judge_conditions(const http::Request& request, std::string_view etag) {
    const auto if_match = read_comparable(request, "If-Match", false);
    const auto if_none_match = read_comparable(request, "If-None-Match", true);
    if (if_match && !matches(*if_match, etag)) return 412;
    if (if_none_match && matches(*if_none_match, etag)) return 304;
    return std::nullopt;
}

}  // namespace wdx::rest
