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
/// @throws ApiError 400 for what is no list of entity tags: a condition that nobody understands must not be passed over
/// Source: RFC 9110, sections 8.8.3, 13.1.1 and 13.1.2.
std::optional<EntityTags> read_entity_tags(const http::Request& request, std::string_view header);

/// What a write asks for before it changes anything; both as JSON arrays of entity tags or `["*"]`.
struct Conditions {
    std::optional<std::string> if_match;       ///< the strong ones: a weak one never matches here
    std::optional<std::string> if_none_match;  ///< made strong: `W/` makes no difference here
};

/// @throws ApiError 400
Conditions read_conditions(const http::Request& request);

/// What a read answers instead of the representation that has that strong entity tag: 412 (If-Match), 304
/// (If-None-Match) or, without a reason, nullopt.
/// @throws ApiError 400
std::optional<unsigned> judge_conditions(const http::Request& request, std::string_view etag);

}  // namespace wdx::rest
