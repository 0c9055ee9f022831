#pragma once

#include "rest/url.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace wdx::rest {

/// What a route can answer with, besides errors, which are JSON.
enum class Formats {
    json,
    list,          ///< JSON; CSV and NDJSON for who asks for just that
    event_stream,  ///< `text/event-stream`
    html,          ///< a page for people
    report,        ///< a page, or JSON for who asks for it, whose bytes must not change
};

enum class Format { json, csv, ndjson, html };

/// How the answer is to be rendered.
struct Rendering {
    Format format = Format::json;  ///< of a list; an event stream or a page is what its route makes
    std::optional<int> indent{};   ///< spaces, 1..8, when the client asked for them (`application/json; indent=4`)
};

/// Chooses the renderer among those that the route has: by `?format=`, and by Accept the most specific match, JSON
/// before CSV before NDJSON.  A wildcard never chooses an export.
/// @param accept  the Accept header, nullopt when there is none
/// @throws ApiError 404 for an unknown `?format=`, 406 when nothing in `accept` fits
/// Source: DRF negotiation.py `DefaultContentNegotiation`, utils/mediatypes.py, renderers.py `JSONRenderer.get_indent`.
/// q-values are not looked at, as in DRF.
Rendering negotiate(const QueryParams& query, const std::optional<std::string>& accept, Formats formats);

/// True when a body of that Content-Type is read as JSON (`application/json`, with any parameters; DRF takes wildcards,
/// too).
bool is_json_media_type(std::string_view content_type);

/// @return the value of `charset` in a Content-Type, empty when there is none
std::string charset_of(std::string_view content_type);

}  // namespace wdx::rest
