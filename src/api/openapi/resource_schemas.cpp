#include "api/openapi/resource_schemas.hpp"

#include "api/openapi/json_parts.hpp"
#include "store/core/views.hpp"

#include <algorithm>
#include <string>

namespace wdx::api {
namespace {

namespace json = boost::json;
using model::Column;
using model::Type;
using model::Use;
using model::View;

struct TypeWords {
    std::string_view type;
    std::string_view format;
};

TypeWords words_of(Type type) {
    switch (type) {
        case Type::integer:
            return {"integer", "int32"};
        case Type::bigint:
            return {"integer", "int64"};
        case Type::boolean:
            return {"boolean", ""};
        case Type::date:
            return {"string", "date"};
        case Type::date_time:
            return {"string", "date-time"};
        case Type::real:
            return {"number", "double"};
        case Type::text:
        case Type::json:
        case Type::verdict:
        case Type::signals:
        case Type::people:
        case Type::cohorts:
            break;
    }
    return {"string", ""};
}

/// What stands in an answer.
json::object field_schema(const Column& column) {
    json::object schema;
    if (column.type == Type::verdict) {
        schema = any_of_schemas({reference("schemas", "Verdict"), {{"type", "null"}}});
    } else if (column.type == Type::signals) {
        schema = reference("schemas", "UserSignals");
    } else if (column.type == Type::people) {
        schema = array_schema({{"type", "integer"}, {"format", "int32"}});
    } else if (column.type == Type::cohorts) {
        schema = array_schema({{"type", "string"}});
    } else if (column.type != Type::json) {
        schema = value_schema(column);
        if (column.field->nullable) schema["type"] = json::array{schema["type"], "null"};
    }
    schema["description"] = json_text(column.field->help);
    return schema;
}

/// An object with the fields of a resource.
template <typename Required>
json::object row_schema(const View& view, Required is_required) {
    json::object properties;
    json::array required;
    for (const Column& column : view.columns) {
        if (!is_shown(column)) continue;
        properties[json_text(column.field->name)] = field_schema(column);
        if (is_required(column)) required.push_back(json_text(column.field->name));
    }
    json::object schema{{"type", "object"}, {"additionalProperties", false}};
    if (!required.empty()) schema["required"] = std::move(required);
    schema["properties"] = std::move(properties);
    return schema;
}

json::object envelope(json::object rows, bool with_count) {
    const json::object link{{"type", json::array{"string", "null"}}, {"format", "uri"}};
    json::array required{"next", "previous", "results"};
    json::object properties;
    if (with_count) {
        required.insert(required.begin(), "count");
        properties["count"] = {{"type", json::array{"integer", "null"}},
                               {"format", "int64"},
                               {"description", "How many rows the list has; null with `count=none`."}};
        properties["count_is"] = {{"const", "estimated"}, {"description", "With `count=estimated`."}};
    }
    properties["next"] = link;
    properties["previous"] = link;
    properties["results"] = std::move(rows);
    return {{"type", "object"},
            {"additionalProperties", false},
            {"required", std::move(required)},
            {"properties", std::move(properties)}};
}

/// A row of a list.
template <typename Required>
json::object list_row_schema(const View& view, Required is_required) {
    json::object schema = row_schema(view, is_required);
    if (!is_correctable(view)) return schema;
    json::object names = array_schema({{"type", "string"}});
    names["description"] = "With `corrected=true`, the fields whose values were replaced.";
    schema["properties"].as_object()["corrected"] = std::move(names);
    return schema;
}

}  // namespace

bool is_there(const model::Resource& resource, const store::CoreSchema& schema) {
    return !resource.of_core || !schema.type(resource.table, resource.key).empty();
}

View documented_view(const model::Resource& resource, const store::CoreSchema& schema) {
    View view = store::view_of(resource, schema, {});
    if (is_there(model::kClassifications, schema)) return view;
    view.has_classification = false;
    for (Column& column : view.columns)
        if (column.type == Type::verdict) column.is_present = false;
    return view;
}

json::object value_schema(const Column& column) {
    const TypeWords words = words_of(column.type);
    json::object schema{{"type", json_text(words.type)}};
    if (!words.format.empty()) schema["format"] = json_text(words.format);
    if (!column.field->choices.empty()) {
        json::array values;
        for (const std::string_view choice : column.field->choices) values.push_back(json_text(choice));
        schema["enum"] = std::move(values);
    }
    return schema;
}

bool is_shown(const Column& column) {
    return column.is_present && column.field->use != Use::filter_only;
}

bool is_correctable(const View& view) {
    return view.resource == &model::kUsers || view.resource == &model::kPosts;
}

void add_resource_schemas(json::object& schemas, const View& view) {
    const std::string title(view.resource->title);
    const auto rows = [&] {
        return array_schema(any_of_schemas({reference("schemas", title), reference("schemas", title + "Selection")}));
    };
    const auto standard = [](const Column& column) { return column.field->use == Use::standard; };
    schemas[title] = list_row_schema(view, standard);
    View whole = view;
    std::erase_if(whole.columns, [](const Column& column) { return column.field->use == Use::computed; });
    schemas[title + "Detail"] = row_schema(whole, [](const Column&) { return true; });
    schemas[title + "Selection"] = list_row_schema(view, [](const Column&) { return false; });
    schemas[title + "Selection"].as_object()["description"] = "A row of a list with `fields`.";
    schemas[title + "List"] =
        any_of_schemas({rows(), reference("schemas", title + "Page"), reference("schemas", title + "CursorPage")});
    schemas[title + "Page"] = envelope(rows(), true);
    schemas[title + "CursorPage"] = envelope(rows(), false);
    if (view.resource == &model::kClassifications) {
        json::object verdict = schemas[title].as_object();
        verdict["properties"].as_object().erase(view.key().field->name);
        json::array& required = verdict["required"].as_array();
        required.erase(std::find(required.begin(), required.end(), json_text(view.key().field->name)));
        schemas["Verdict"] = std::move(verdict);
    }
}

}  // namespace wdx::api
