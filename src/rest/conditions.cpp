#include "rest/conditions.hpp"

#include "base/json_writer.hpp"
#include "base/unicode.hpp"
#include "rest/error.hpp"

#include <algorithm>
#include <array>

namespace wdx::rest {
namespace {

constexpr std::string_view kWeak = "W/";
/// What proxies put at the end of a tag for the coding in which they send the answer.
constexpr std::array<std::string_view, 4> kCodings{"-gzip\"", "-br\"", "-zstd\"", "-deflate\""};

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

/// The tag that we made, of the one that came through a proxy.
std::string as_made(std::string_view tag) {
    if (tag.starts_with(kWeak)) tag.remove_prefix(kWeak.size());
    for (const std::string_view coding : kCodings) {
        if (!tag.ends_with(coding)) continue;
        tag.remove_suffix(coding.size());
        return fmt::format("{}\"", tag);
    }
    return std::string(tag);
}

std::optional<std::vector<std::string>> read_comparable(const http::Request& request, std::string_view header) {
    const auto given = read_entity_tags(request, header);
    if (!given) return std::nullopt;
    if (given->any) return std::vector<std::string>{"*"};
    std::vector<std::string> tags;
    for (const std::string& tag : given->tags) tags.push_back(as_made(tag));
    return tags;
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
    return {.if_match = to_json(read_comparable(request, "If-Match")),
            .if_none_match = to_json(read_comparable(request, "If-None-Match"))};
}

bool is_not_modified(const http::Request& request, std::string_view etag) {
    const auto if_match = read_comparable(request, "If-Match");
    const auto if_none_match = read_comparable(request, "If-None-Match");
    if (if_match && !matches(*if_match, etag)) throw precondition_failed();
    return if_none_match && matches(*if_none_match, etag);
}

http::Response answer_row(const http::Request& request, std::string etag, std::string body) {
    http::Response response;
    if (is_not_modified(request, etag)) {
        response.status = 304;
    } else {
        response.body = std::move(body);
    }
    response.set("ETag", std::move(etag));
    return response;
}

}  // namespace wdx::rest
