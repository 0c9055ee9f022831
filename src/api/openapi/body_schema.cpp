#include "api/openapi/body_schema.hpp"

#include <boost/json/array.hpp>

namespace wdx::api {
namespace {

namespace json = boost::json;
using rest::BodyField;
using rest::BodyType;

json::object integer_schema() {
    return {{"type", "integer"}, {"format", "int32"}};  // as the ids of the core's tables
}

json::object number_schema(const BodyField& field) {
    return {{"type", "number"},
            {"minimum", static_cast<std::int64_t>(-field.farthest)},
            {"maximum", static_cast<std::int64_t>(field.farthest)}};
}

json::object type_schema(const BodyField& field) {
    switch (field.type) {
        case BodyType::boolean:
            return {{"type", "boolean"}};
        case BodyType::integer: {
            json::object schema = integer_schema();
            if (field.least < field.greatest) {
                schema["minimum"] = field.least;
                schema["maximum"] = field.greatest;
            }
            return schema;
        }
        case BodyType::integers:
            return {{"type", "array"}, {"minItems", 1}, {"maxItems", field.most}, {"items", integer_schema()}};
        case BodyType::text:
            return {{"type", "string"}, {"minLength", 1}};
        case BodyType::choice:
            return {{"type", "string"}, {"enum", json::array(field.choices.begin(), field.choices.end())}};
        case BodyType::texts:
            return {{"type", "array"},
                    {"minItems", 1},
                    {"items", {{"type", "string"}, {"minLength", 1}, {"maxLength", field.most}}}};
        case BodyType::nullable_text:
            return {{"type", json::array{"string", "null"}}};
        case BodyType::date_time:
            return {{"type", "string"}, {"format", "date-time"}};
        case BodyType::number:
            return number_schema(field);
        case BodyType::numbers:
            return {{"type", "object"}, {"additionalProperties", number_schema(field)}};
        case BodyType::nullable_date_time:
            return {{"type", json::array{"string", "null"}}, {"format", "date-time"}};
        case BodyType::lenient_text:
            break;
    }
    return {{"type", "string"}};
}

json::object field_schema(const BodyField& field) {
    json::object schema = type_schema(field);
    const bool is_list = field.type == BodyType::integers || field.type == BodyType::texts;
    if (field.most > 0 && !is_list) schema["maxLength"] = field.most;
    if (field.is_password) schema["format"] = "password";
    if (!field.help.empty()) schema["description"] = field.help;
    return schema;
}

}  // namespace

json::object body_schema(const rest::Body& body) {
    if (body.is_free) return {{"type", "object"}};
    json::array required;
    json::object properties;
    for (const BodyField& field : body.fields) {
        if (field.is_required) required.emplace_back(field.name);
        properties[field.name] = field_schema(field);
    }
    json::object schema{{"type", "object"}};
    if (!required.empty()) schema["required"] = std::move(required);
    schema["properties"] = std::move(properties);
    return schema;
}

}  // namespace wdx::api
