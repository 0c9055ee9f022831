#pragma once

#include "http/message.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace wdx::rest {

/// Reads a request's JSON object and validates required text fields as a DRF serializer with CharFields does: all
/// values are trimmed of Unicode white space, numbers are taken as text, other fields are ignored.
/// @param lenient  fields that may be missing: their values stand behind the others, empty where there is none, or one
///                 that is neither text nor a number
/// @return the values, in the order of `names`
/// @throws ApiError 400 with a message for each wrong field, in the order of `names`; 400 `JSON parse error - ...`;
///         415 for another media type
/// Source: DRF request.py `_parse`, parsers.py `JSONParser`, fields.py `CharField`, serializers.py.
std::vector<std::string> read_text_fields(const http::Request& request, std::initializer_list<std::string_view> names,
                                          std::initializer_list<std::string_view> lenient = {});

}  // namespace wdx::rest
