#include "rest/url.hpp"

#include "base/json_reader.hpp"
#include "base/unicode.hpp"
#include "rest/error.hpp"
#include "rest/negotiation.hpp"
#include "targets.hpp"

#include <algorithm>

namespace wdx::fuzz {
namespace {

/// Every byte escaped.
std::string escape(std::string_view text) {
    std::string out;
    for (const char c : text) out += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    return out;
}

bool is_visible_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7F'; });
}

/// A redirection can be neither split into header lines nor taken for another host, and leads to the same path.
void check_location(const rest::Target& target) {
    if (target.path.ends_with('/')) return;  // has its slash
    const std::string location = rest::location_with_slash(target);
    require(is_visible_ascii(location), "a header value");
    require(!location.starts_with("//"), "not another host");
    if (!target.path.starts_with('/')) return;
    const rest::Target again = rest::parse_target(location);
    require(again.path == target.path + '/', "the same path with a slash");
    require(again.query.empty() == target.query.empty(), "with its query");
}

void check_negotiation(const rest::QueryParams& params, std::string_view accept, rest::Formats formats) {
    try {
        const auto [format, indent] = rest::negotiate(params, std::string(accept), formats);
        require(!indent || (*indent >= 1 && *indent <= 8), "bounded indentation");
        const bool is_export = format != rest::Format::json;
        require(!is_export || formats == rest::Formats::list, "exports of lists alone");
        require(!is_export || !indent, "indentation of JSON alone");
    } catch (const rest::ApiError& error) {
        require(error.status == 404 || error.status == 406, "404 or 406");
        require(std::holds_alternative<base::JsonValue>(base::read_json(error.body)), "a body of JSON");
    }
}

void check_query(std::string_view query, std::string_view accept) {
    try {
        const rest::QueryParams params(query);
        // Names as they stand there: those without escapes are found, with text for a value.
        for (const std::string_view name : {"format", "account_id", "a"}) {
            const std::string* value = params.last(name);
            require(value == nullptr || base::is_utf8(*value), "a value is text");
        }
        for (const auto formats :
             {rest::Formats::json, rest::Formats::list, rest::Formats::event_stream, rest::Formats::html})
            check_negotiation(params, accept, formats);
    } catch (const rest::ApiError& error) {
        require(error.status == 400 && std::count(query.begin(), query.end(), '&') >= 1000, "only too many");
    }
}

/// What a client escapes is what we read; of two equal names, the last one.
void check_parameter_round_trip(std::string_view pair) {
    if (!base::is_utf8(pair)) return;
    const auto equals = std::min(pair.find('='), pair.size());
    const std::string_view name = pair.substr(0, equals);
    const std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
    const rest::QueryParams params(escape(name) + "=first&&" + escape(name) + '=' + escape(value));
    const std::string* found = params.last(name);
    require(found != nullptr && *found == value, "the value that was escaped");
}

}  // namespace

/// A target; behind a line break, an Accept header.
void url(std::string_view input) {
    const auto line = std::min(input.find('\n'), input.size());
    const std::string_view accept = input.substr(std::min(line + 1, input.size()));
    const rest::Target target = rest::parse_target(input.substr(0, line));
    require(base::is_utf8(target.path), "a path is text");
    require(target.query.find('#') == std::string_view::npos, "no fragment");
    check_location(target);
    check_query(target.query, accept);
    check_parameter_round_trip(target.query);
}

}  // namespace wdx::fuzz
