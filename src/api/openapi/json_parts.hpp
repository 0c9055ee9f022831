#pragma once

#include <initializer_list>
#include <string_view>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace wdx::api {

// The small parts that the OpenAPI document is made of.

inline boost::json::string json_text(std::string_view words) {
    return boost::json::string(words.data(), words.size());
}

/// `{"$ref":"#/components/schemas/User"}`
inline boost::json::object reference(std::string_view kind, std::string_view name) {
    return {{"$ref", fmt::format("#/components/{}/{}", kind, name)}};
}

inline boost::json::object array_schema(boost::json::object items) {
    return {{"type", "array"}, {"items", std::move(items)}};
}

inline boost::json::object any_of_schemas(std::initializer_list<boost::json::object> schemas) {
    boost::json::array list;
    for (const boost::json::object& schema : schemas) list.push_back(schema);
    return {{"anyOf", std::move(list)}};
}

}  // namespace wdx::api
