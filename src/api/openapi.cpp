#include "api/openapi.hpp"

#include "api/openapi_components.hpp"
#include "api/operations.hpp"
#include "model/list_query.hpp"
#include "store/views.hpp"

#include <algorithm>
#include <set>

#include <boost/json.hpp>

namespace wdx::api {
namespace {

namespace json = boost::json;
using model::Column;
using model::Lookup;
using model::Type;
using model::Use;
using model::View;

constexpr std::array kResources{&model::kAccounts,        &model::kUsers,   &model::kPosts,
                                &model::kClassifications, &model::kActions, &model::kLogs};

json::string text(std::string_view words) {
    return json::string(words.data(), words.size());
}

json::object ref(std::string_view kind, std::string_view name) {
    return {{"$ref", fmt::format("#/components/{}/{}", kind, name)}};
}

json::object array_of(json::object items) {
    return {{"type", "array"}, {"items", std::move(items)}};
}

json::object one_of_these(std::initializer_list<json::object> schemas) {
    json::array list;
    for (const json::object& schema : schemas) list.push_back(schema);
    return {{"anyOf", std::move(list)}};
}

// ---- tables

/// Whether a resource can be served: a table without its key is as good as none.
bool is_there(const model::Resource& resource, const store::CoreSchema& schema) {
    return !resource.of_core || !schema.type(resource.table, resource.key).empty();
}

/// A resource as the document shows it: without verdicts where there can be none.
View view_of(const model::Resource& resource, const store::CoreSchema& schema) {
    View view = store::view_of(resource, schema, {});
    if (is_there(model::kClassifications, schema)) return view;
    view.has_classification = false;
    for (Column& column : view.columns)
        if (column.type == Type::verdict) column.is_present = false;
    return view;
}

// ---- fields

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
            break;
    }
    return {"string", ""};
}

/// What a client writes: never null.
json::object value_schema(const Column& column) {
    const TypeWords words = words_of(column.type);
    json::object schema{{"type", text(words.type)}};
    if (!words.format.empty()) schema["format"] = text(words.format);
    if (!column.field->choices.empty()) {
        json::array values;
        for (const std::string_view choice : column.field->choices) values.push_back(text(choice));
        schema["enum"] = std::move(values);
    }
    return schema;
}

/// What stands in an answer.
json::object field_schema(const Column& column) {
    json::object schema;
    if (column.type == Type::verdict) {
        schema = one_of_these({ref("schemas", "Verdict"), {{"type", "null"}}});
    } else if (column.type == Type::signals) {
        schema = ref("schemas", "UserSignals");
    } else if (column.type != Type::json) {
        schema = value_schema(column);
        if (column.field->nullable) schema["type"] = json::array{schema["type"], "null"};
    }
    schema["description"] = text(column.field->help);
    return schema;
}

bool is_shown(const Column& column) {
    return column.is_present && column.field->use != Use::filter_only;
}

/// An object with the fields of a resource.
template <typename Required>
json::object row_schema(const View& view, Required is_required) {
    json::object properties;
    json::array required;
    for (const Column& column : view.columns) {
        if (!is_shown(column)) continue;
        properties[text(column.field->name)] = field_schema(column);
        if (is_required(column)) required.push_back(text(column.field->name));
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
        properties["count"] = {{"type", "integer"}, {"format", "int64"}, {"description", "Of all rows."}};
    }
    properties["next"] = link;
    properties["previous"] = link;
    properties["results"] = std::move(rows);
    return {{"type", "object"},
            {"additionalProperties", false},
            {"required", std::move(required)},
            {"properties", std::move(properties)}};
}

/// `corrected=true` has an effect on its lists.
bool is_correctable(const View& view) {
    return view.resource == &model::kUsers || view.resource == &model::kPosts;
}

/// A row of a list.
template <typename Required>
json::object list_row_schema(const View& view, Required is_required) {
    json::object schema = row_schema(view, is_required);
    if (!is_correctable(view)) return schema;
    json::object names = array_of({{"type", "string"}});
    names["description"] = "With `corrected=true`: the fields whose values were replaced.";
    schema["properties"].as_object()["corrected"] = std::move(names);
    return schema;
}

void add_resource_schemas(json::object& schemas, const View& view) {
    const std::string title(view.resource->title);
    const auto rows = [&] {
        return array_of(one_of_these({ref("schemas", title), ref("schemas", title + "Selection")}));
    };
    const auto standard = [](const Column& column) { return column.field->use == Use::standard; };
    schemas[title] = list_row_schema(view, standard);
    View whole = view;
    std::erase_if(whole.columns, [](const Column& column) { return column.field->use == Use::computed; });
    schemas[title + "Detail"] = row_schema(whole, [](const Column&) { return true; });
    schemas[title + "Selection"] = list_row_schema(view, [](const Column&) { return false; });
    schemas[title + "Selection"].as_object()["description"] = "A row of a list with `fields`: what was asked for.";
    schemas[title + "List"] =
        one_of_these({rows(), ref("schemas", title + "Page"), ref("schemas", title + "CursorPage")});
    schemas[title + "Page"] = envelope(rows(), true);
    schemas[title + "CursorPage"] = envelope(rows(), false);
    if (view.resource == &model::kClassifications) {
        json::object verdict = schemas[title].as_object();
        verdict["properties"].as_object().erase(view.key().field->name);
        json::array& required = verdict["required"].as_array();
        required.erase(std::find(required.begin(), required.end(), text(view.key().field->name)));
        schemas["Verdict"] = std::move(verdict);
    }
}

// ---- parameters of lists

json::object query_parameter(std::string_view name, std::string_view help, json::object schema) {
    const bool is_list = schema["type"] == "array";
    json::object parameter{{"name", text(name)}, {"in", "query"}, {"description", text(help)}};
    if (is_list) {
        parameter["style"] = "form";
        parameter["explode"] = false;  // one parameter, separated by commas
    }
    parameter["schema"] = std::move(schema);
    return parameter;
}

/// What a lookup is compared with.
json::object lookup_schema(const Column& column, Lookup lookup) {
    json::object schema = value_schema(column);
    switch (lookup) {
        case Lookup::exact:
            return schema;
        case Lookup::isnull:
            return {{"type", "boolean"}};
        case Lookup::in:
            schema = array_of(std::move(schema));
            schema["minItems"] = 1;
            return schema;
        case Lookup::range:
            schema = array_of(std::move(schema));
            schema["minItems"] = 2;
            schema["maxItems"] = 2;
            return schema;
        default:
            schema.erase("enum");  // a part of a text, or one in other letters
            return schema;
    }
}

std::string_view meaning_of(Lookup lookup) {
    switch (lookup) {
        case Lookup::exact:
            break;  // as the field itself is described
        case Lookup::iexact:
            return "is this, in whichever letters";
        case Lookup::contains:
            return "has this in it";
        case Lookup::icontains:
            return "has this in it, in whichever letters";
        case Lookup::startswith:
            return "begins with this";
        case Lookup::istartswith:
            return "begins with this, in whichever letters";
        case Lookup::gt:
            return "is greater or later";
        case Lookup::gte:
            return "is this, greater or later";
        case Lookup::lt:
            return "is less or earlier";
        case Lookup::lte:
            return "is this, less or earlier";
        case Lookup::range:
            return "is one of these two, or between them";
        case Lookup::in:
            return "is one of these";
        case Lookup::isnull:
            return "is null, or is not";
    }
    return "is this";
}

void add_filters(json::array& parameters, const View& view) {
    for (const Column& column : view.columns) {
        if (!column.is_present) continue;
        const std::string_view field = column.field->name;
        for (const Lookup lookup : model::lookups_of(column)) {
            const std::string name =
                lookup == Lookup::exact ? std::string(field) : fmt::format("{}__{}", field, model::name_of(lookup));
            const std::string help = lookup == Lookup::exact ? std::string(column.field->help)
                                                             : fmt::format("`{}` {}.", field, meaning_of(lookup));
            parameters.push_back(query_parameter(name, help, lookup_schema(column, lookup)));
        }
    }
}

json::object list_of_names(json::array names) {
    json::object schema = array_of({{"type", "string"}, {"enum", std::move(names)}});
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
        if (is_shown(column)) shown.push_back(text(field.name));
        if (column.type == Type::verdict || column.type == Type::signals) expandable.push_back(text(field.name));
        if (model::is_orderable(column)) {
            orderings.push_back(text(field.name));
            orderings.push_back(json::string(fmt::format("-{}", field.name)));
        }
        if (field.searched) searched += fmt::format("{}`{}`", searched.empty() ? "" : ", ", field.name);
    }
    if (!searched.empty())
        parameters.push_back(query_parameter(
            "search", fmt::format("Every word, 32 at most, stands somewhere in {}.", searched), {{"type", "string"}}));
    json::object order = list_of_names(std::move(orderings));
    order["maxItems"] = 8;
    parameters.push_back(query_parameter(
        "ordering", "Fields to order by, 8 at most, downwards with `-`; NULLs come last.", std::move(order)));
    parameters.push_back(
        query_parameter("fields", "Exactly the fields that rows shall have.", list_of_names(std::move(shown))));
    if (!expandable.empty())
        parameters.push_back(query_parameter("expand", "What rows shall have besides the usual fields.",
                                             list_of_names(std::move(expandable))));
}

void add_list_parameters(json::array& parameters, const View& view) {
    add_filters(parameters, view);
    if (is_correctable(view)) parameters.push_back(ref("parameters", "Corrected"));
    if (view.has_classification) parameters.push_back(ref("parameters", "Verdict"));
    add_selections(parameters, view);
    for (const std::string_view name : {"Limit", "Offset", "PageSize", "Cursor", "Format"})
        parameters.push_back(ref("parameters", name));
}

// ---- operations

bool is_api(const Route& route) {
    return route.pattern.starts_with("/api/");
}

json::object path_parameter(std::string_view name) {
    json::object schema{{"type", "string"}, {"minLength", 1}};
    std::string_view help = "Its handle.";
    if (name == "id") {
        schema = {{"type", "integer"}, {"format", "int64"}};
        help = "Its number.";
    } else if (name == "jti") {
        help = "Its `jti`.";
    } else if (name == "file") {
        help = "Name of the file.";
    }
    return {{"name", text(name)},
            {"in", "path"},
            {"required", true},
            {"description", text(help)},
            {"schema", std::move(schema)}};
}

void add_path_parameters(json::array& parameters, std::string_view pattern) {
    for (auto begin = pattern.find('{'); begin != std::string_view::npos; begin = pattern.find('{', begin + 1))
        parameters.push_back(path_parameter(pattern.substr(begin + 1, pattern.find('}', begin) - begin - 1)));
}

json::object media(std::string_view type, json::object schema) {
    return {{text(type), json::object{{"schema", std::move(schema)}}}};
}

/// The answer when all goes well, but for its status.
json::object content_of(const Route& route, const Operation& operation) {
    const std::string title(operation.resource == nullptr ? std::string_view{} : operation.resource->title);
    if (route.formats == rest::Formats::report) {
        json::object content = media("text/html", {{"type", "string"}});
        content["application/json"] = {{"schema", ref("schemas", operation.answer)}};
        return content;
    }
    if (operation.gives == Gives::object) return media(operation.media, ref("schemas", operation.answer));
    if (operation.gives == Gives::detail) return media(operation.media, ref("schemas", title + "Detail"));
    json::object content = media("application/json", ref("schemas", title + "List"));
    if (route.formats == rest::Formats::list)
        for (const std::string_view type : {"text/csv", "application/x-ndjson"})
            content[text(type)] = {{"schema", {{"type", "string"}}}};
    return content;
}

json::object headers_of(const Route& route, const Operation& operation) {
    json::object headers{{"X-Request-ID", ref("headers", "RequestId")}};
    for (const std::string_view name : operation.headers)
        if (!name.empty()) headers[text(name)] = ref("headers", name);
    if (route.formats == rest::Formats::list) headers["Content-Disposition"] = ref("headers", "ContentDisposition");
    return headers;
}

std::string_view meaning_of(unsigned status) {
    switch (status) {
        case 201:
            return "Created.";
        case 204:
            return "Done; there is no body.";
        case 304:
            return "What the client has is still right; there is no body.";
        default:
            return "What was asked for.";
    }
}

/// Every status that an operation refuses with, by the rules that the pipeline follows.
std::set<unsigned> refusals_of(const Route& route, const Operation& operation) {
    std::set<unsigned> statuses;
    for (const unsigned status : operation.refusals)
        if (status != 0) statuses.insert(status);
    if (!is_api(route)) return statuses;
    statuses.insert({400, 404, 406, 429, 503});
    if (route.needs == Needs::login) statuses.insert(401);
    if (!operation.body.empty()) statuses.insert({413, 415});
    return statuses;
}

const Refusal& refusal(unsigned status) {
    const auto all = refusals();
    return *std::find_if(all.begin(), all.end(), [&](const Refusal& one) { return one.status == status; });
}

json::object responses_of(const Route& route, const Operation& operation) {
    json::object responses;
    for (const unsigned status : operation.statuses) {
        if (status == 0) continue;
        json::object response{{"description", text(meaning_of(status))}, {"headers", headers_of(route, operation)}};
        if (status != 204 && status != 304) response["content"] = content_of(route, operation);
        responses[std::to_string(status)] = std::move(response);
    }
    for (const unsigned status : refusals_of(route, operation)) {
        json::object response = ref("responses", refusal(status).name);
        if (!is_api(route))  // a probe answers in its own words
            response = {
                {"description", "Not now."},
                {"headers",
                 {{"X-Request-ID", ref("headers", "RequestId")}, {"Retry-After", ref("headers", "RetryAfter")}}},
                {"content", content_of(route, operation)}};
        responses[std::to_string(status)] = std::move(response);
    }
    return responses;
}

json::object describe(const Route& route, const Operation& operation, const store::CoreSchema& schema) {
    json::object out{{"operationId", text(operation.id)},
                     {"tags", json::array{text(operation.tag)}},
                     {"summary", text(route.summary)},
                     {"description", text(operation.help)}};
    json::array parameters;
    add_path_parameters(parameters, route.pattern);
    if (operation.gives == Gives::list) add_list_parameters(parameters, view_of(*operation.resource, schema));
    for (const std::string_view name : operation.parameters)
        if (!name.empty()) parameters.push_back(ref("parameters", name));
    if (!parameters.empty()) out["parameters"] = std::move(parameters);
    if (!operation.body.empty())
        out["requestBody"] = {{"required", true},
                              {"content", media("application/json", ref("schemas", operation.body))}};
    out["responses"] = responses_of(route, operation);
    if (route.needs == Needs::nothing) out["security"] = json::array{};
    return out;
}

std::string_view method_of(Verb verb) {
    switch (verb) {
        case Verb::get:
            return "get";
        case Verb::post:
            return "post";
        case Verb::put:
            return "put";
        case Verb::patch:
            return "patch";
        case Verb::del:
            break;
    }
    return "delete";
}

void add_paths(json::object& paths, std::span<const Route> routes, const store::CoreSchema& schema) {
    for (const Route& route : routes) {
        const Operation& operation = operation_of(route);
        const model::Resource* resource = operation.resource;
        if (resource != nullptr && !is_there(*resource, schema)) continue;
        json::value& path = paths[text(route.pattern)];
        if (path.is_null()) path = json::object{};
        path.as_object()[text(method_of(route.verb))] = describe(route, operation, schema);
    }
}

// ---- components

json::object all_components(const store::CoreSchema& schema, bool basic_auth) {
    const auto fixed = [](std::span<const Component> components) {
        json::object out;
        for (const Component& component : components)
            out[text(component.name)] = json::parse({component.json.data(), component.json.size()});
        return out;
    };
    json::object schemas = fixed(schema_components());
    for (const model::Resource* resource : kResources) {
        if (is_there(*resource, schema)) {
            add_resource_schemas(schemas, view_of(*resource, schema));
        } else {  // what other components hold of it is null or empty: no value is one
            schemas[text(resource->title)] = {{"description", "The core has no such table."}, {"not", json::object{}}};
        }
    }
    json::object responses;
    for (const Refusal& one : refusals()) {
        json::object headers{{"X-Request-ID", ref("headers", "RequestId")}};
        if (one.header == "RetryAfter") headers["Retry-After"] = ref("headers", one.header);
        if (one.header == "WwwAuthenticate") headers["WWW-Authenticate"] = ref("headers", one.header);
        responses[text(one.name)] = {{"description", text(one.help)},
                                     {"headers", std::move(headers)},
                                     {"content", media("application/json", ref("schemas", one.schema))}};
    }
    json::object security{
        {"bearer",
         {{"type", "http"}, {"scheme", "bearer"}, {"bearerFormat", "JWT"}, {"description", "The access token."}}}};
    if (basic_auth) security["basic"] = {{"type", "http"}, {"scheme", "basic"}};
    return {{"schemas", std::move(schemas)},
            {"parameters", fixed(parameter_components())},
            {"headers", fixed(header_components())},
            {"responses", std::move(responses)},
            {"securitySchemes", std::move(security)}};
}

/// Collects `kind/name` of the components that a part of the document refers to, and what they refer to.
void collect_references(const json::value& part, const json::object& components, std::set<std::string>& found) {
    constexpr std::string_view kPrefix = "#/components/";
    if (part.is_array()) {
        for (const json::value& item : part.get_array()) collect_references(item, components, found);
    } else if (part.is_object()) {
        for (const auto& [key, value] : part.get_object()) {
            if (key != "$ref") {
                collect_references(value, components, found);
                continue;
            }
            const json::string& target = value.as_string();
            std::string name(target.begin() + kPrefix.size(), target.end());
            const auto slash = name.find('/');
            if (!found.insert(name).second) continue;
            collect_references(components.at(name.substr(0, slash)).at(name.substr(slash + 1)), components, found);
        }
    }
}

/// Without those that nothing refers to, for instance of tables that are not there.
json::object used_components(json::object components, const json::object& paths) {
    std::set<std::string> used;
    collect_references(paths, components, used);
    for (auto& [kind, members] : components) {
        if (kind == "securitySchemes") continue;
        json::object kept;
        for (auto& [name, component] : members.as_object())
            if (used.contains(fmt::format("{}/{}", std::string_view(kind), std::string_view(name))))
                kept[name] = std::move(component);
        members = std::move(kept);
    }
    return components;
}

json::array used_tags(const json::object& paths) {
    std::set<std::string_view> used;
    for (const auto& [path, methods] : paths)
        for (const auto& [method, operation] : methods.as_object())
            used.insert(std::string_view(operation.at("tags").as_array().front().as_string()));
    json::array out;
    for (const Tag& tag : tags())
        if (used.contains(tag.name))
            out.push_back(json::object{{"name", text(tag.name)}, {"description", text(tag.help)}});
    return out;
}

}  // namespace

std::string make_openapi(const store::CoreSchema& schema, bool basic_auth) {
    json::object paths;
    add_paths(paths, all_routes(), schema);
    add_paths(paths, probe_routes(), schema);
    json::object components = used_components(all_components(schema, basic_auth), paths);
    json::array security{{{"bearer", json::array{}}}};
    if (basic_auth) security.push_back(json::object{{"basic", json::array{}}});
    return json::serialize(
        json::object{{"openapi", "3.1.0"},
                     {"info",
                      {{"title", "watchdxg-back"},
                       {"version", WDX_VERSION},
                       {"description",
                        "What watchdxg-core has collected, and what its operator makes of it. Lists follow Django REST "
                        "Framework and "
                        "django-filter; every path ends with a slash, and one without it is redirected."},
                       {"contact", {{"name", "The operator of this server"}}},
                       {"license", {{"name", "MIT"}, {"identifier", "MIT"}}}}},
                     {"servers", json::array{{{"url", "/"}}}},
                     {"tags", used_tags(paths)},
                     {"security", std::move(security)},
                     {"paths", std::move(paths)},
                     {"components", std::move(components)}});
}

const std::string& OpenApiDocument::text(const store::CoreSchema& schema, bool basic_auth) {
    if (!made_for_ || *made_for_ != schema) {
        text_ = make_openapi(schema, basic_auth);
        made_for_ = schema;
    }
    return text_;
}

}  // namespace wdx::api
