#include "api/openapi/list_parameters.hpp"

#include "api/openapi/json_parts.hpp"
#include "api/openapi/resource_schemas.hpp"
#include "rest/list_query.hpp"

#include <string>

namespace wdx::api {
namespace {

namespace json = boost::json;
using model::Column;
using model::Takes;
using model::View;

json::object query_parameter(std::string_view name, std::string_view help, json::object schema) {
    const bool is_list = schema["type"] == "array";
    json::object parameter{{"name", json_text(name)}, {"in", "query"}, {"description", json_text(help)}};
    if (is_list) {
        parameter["style"] = "form";
        parameter["explode"] = false;  // one parameter, separated by commas
    }
    parameter["schema"] = std::move(schema);
    return parameter;
}

/// What stands behind the `=` of a lookup.
json::object lookup_schema(const Column& column, const model::LookupRule& rule) {
    json::object schema = value_schema(column);
    switch (rule.takes) {
        case Takes::value:
            if (!rule.is_whole) schema.erase("enum");  // a part of a text, or one in other letters
            return schema;
        case Takes::list:
            schema = array_schema(std::move(schema));
            schema["minItems"] = 1;
            return schema;
        case Takes::range:
            schema = array_schema(std::move(schema));
            schema["minItems"] = 2;
            schema["maxItems"] = 2;
            return schema;
        case Takes::boolean:
            break;
    }
    return {{"type", "boolean"}};
}

/// The bare field is described as the field is, the other lookups by what they mean.
json::object filter_parameter(const Column& column, const model::LookupRule& rule) {
    const std::string_view field = column.field->name;
    if (rule.lookup == model::Lookup::exact)
        return query_parameter(field, column.field->help, lookup_schema(column, rule));
    return query_parameter(fmt::format("{}__{}", field, rule.name), fmt::format("`{}` {}.", field, rule.meaning),
                           lookup_schema(column, rule));
}

void add_filters(json::array& parameters, const View& view) {
    for (const Column& column : view.columns) {
        if (!column.is_present) continue;
        for (const model::Lookup lookup : model::lookups_of(column))
            parameters.push_back(filter_parameter(column, model::rule_of(lookup)));
    }
}

json::object list_of_names(json::array names) {
    json::object schema = array_schema({{"type", "string"}, {"enum", std::move(names)}});
    schema["minItems"] = 1;
    return schema;
}

/// Parameters whose values are names of fields.
void add_selections(json::array& parameters, const View& view) {
    json::array shown;
    json::array expandable;
    json::array orderings;
    std::string searched;
    for (const Column& column : view.columns) {
        if (!column.is_present) continue;
        const model::Field& field = *column.field;
        if (is_shown(column)) shown.push_back(json_text(field.name));
        if (model::is_expandable(column)) expandable.push_back(json_text(field.name));
        if (model::is_orderable(column)) {
            orderings.push_back(json_text(field.name));
            orderings.push_back(json::string(fmt::format("-{}", field.name)));
        }
        if (field.searched) searched += fmt::format("{}`{}`", searched.empty() ? "" : ", ", field.name);
    }
    if (!searched.empty())
        parameters.push_back(query_parameter(
            "search",
            fmt::format("Finds rows that have every word, up to {}, somewhere in {}.", rest::kMostWords, searched),
            {{"type", "string"}}));
    json::object order = list_of_names(std::move(orderings));
    order["maxItems"] = rest::kMostOrders;
    parameters.push_back(query_parameter(
        "ordering",
        fmt::format("Up to {} fields to order by, descending with `-`; NULLs come last.", rest::kMostOrders),
        std::move(order)));
    parameters.push_back(
        query_parameter("fields", "The only fields that rows have, in this order.", list_of_names(std::move(shown))));
    if (!expandable.empty())
        parameters.push_back(query_parameter("expand", "Fields that rows have besides the usual ones.",
                                             list_of_names(std::move(expandable))));
}

}  // namespace

void add_list_parameters(json::array& parameters, const View& view) {
    add_filters(parameters, view);
    if (is_correctable(view)) parameters.push_back(reference("parameters", "Corrected"));
    if (view.has_classification) parameters.push_back(reference("parameters", "Verdict"));
    if (view.resource == &model::kUsers) parameters.push_back(reference("parameters", "Cohort"));
    add_selections(parameters, view);
    for (const std::string_view name : {"Limit", "Offset", "Count", "PageSize", "Cursor", "Format", "Bom"})
        parameters.push_back(reference("parameters", name));
}

}  // namespace wdx::api
