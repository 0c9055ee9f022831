#pragma once

#include "http/message.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wdx::rest {

/// The value of If-Match or If-None-Match.
struct EntityTags {
    bool any = false;                 ///< `*`
    std::vector<std::string> tags{};  ///< with their quotes, and `W/` where they are weak
};

/// @return nullopt when the request has no such header
/// @throws ApiError 400 for what is no list of entity tags: a condition that is not understood must not be ignored
/// Source: RFC 9110, sections 8.8.3, 13.1.1 and 13.1.2.
std::optional<EntityTags> read_entity_tags(const http::Request& request, std::string_view header);

/// What a write asks for before it changes anything; both as JSON arrays of entity tags as we made them, or `["*"]`.
///
/// A proxy that compresses answers hands our tags on as `W/"..."` (nginx) or `"...-gzip"` (Caddy, Apache), and clients
/// send them back so.  Both match as what they were made of, also in If-Match, where RFC 9110 has a weak tag match
/// nothing: our tag names one state of the row, whatever the coding.
struct Conditions {
    std::optional<std::string> if_match;
    std::optional<std::string> if_none_match;
};

/// @throws ApiError 400
Conditions read_conditions(const http::Request& request);

/// Whether a read is answered with 304 (If-None-Match) instead of the representation that has that strong entity tag.
/// @throws ApiError 400; 412 (If-Match)
bool is_not_modified(const http::Request& request, std::string_view etag);

/// The answer to a read of one row: 200 with its ETag, or 304 without a body.
/// @throws ApiError 400, 412
http::Response answer_row(const http::Request& request, std::string etag, std::string body);

}  // namespace wdx::rest
