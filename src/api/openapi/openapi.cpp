#include "api/openapi/openapi.hpp"

#include "api/openapi/body_schema.hpp"
#include "api/openapi/components.hpp"
#include "api/openapi/json_parts.hpp"
#include "api/openapi/operations.hpp"
#include "api/openapi/resource_schemas.hpp"

#include <set>

namespace wdx::api {
namespace {

namespace json = boost::json;

/// Components that are files, by name.
json::object read_components(std::span<const embedded::EmbeddedFile> files) {
    json::object out;
    for (const embedded::EmbeddedFile& file : files)
        out[json_text(file.name.substr(0, file.name.find('.')))] =
            json::parse({file.contents.data(), file.contents.size()});
    return out;
}

json::object all_schemas(std::span<const Route> routes, const store::CoreSchema& schema) {
    json::object schemas = read_components(schema_files());
    for (const Route& route : routes)
        if (route.body != nullptr) schemas[json_text(route.body->name)] = body_schema(*route.body);
    for (const model::Resource* resource : model::all_resources()) {
        if (is_there(*resource, schema)) {
            add_resource_schemas(schemas, documented_view(*resource, schema));
        } else {  // what other components hold of it is null or empty: no value is one
            schemas[json_text(resource->title)] = {{"description", "The core has no such table."},
                                                   {"not", json::object{}}};
        }
    }
    return schemas;
}

json::object all_responses() {
    json::object responses;
    for (const Refusal& one : refusals()) {
        json::object headers{{"X-Request-ID", reference("headers", "X-Request-ID")}};
        if (!one.header.empty()) headers[json_text(one.header)] = reference("headers", one.header);
        responses[json_text(one.name)] = {
            {"description", json_text(one.help)},
            {"headers", std::move(headers)},
            {"content", media_content("application/json", reference("schemas", one.schema))}};
    }
    return responses;
}

json::object all_components(std::span<const Route> routes, const store::CoreSchema& schema, bool basic_auth) {
    json::object security{
        {"bearer",
         {{"type", "http"}, {"scheme", "bearer"}, {"bearerFormat", "JWT"}, {"description", "The access token."}}}};
    if (basic_auth) security["basic"] = {{"type", "http"}, {"scheme", "basic"}};
    return {{"schemas", all_schemas(routes, schema)},
            {"parameters", read_components(parameter_files())},
            {"headers", read_components(header_files())},
            {"responses", all_responses()},
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
            out.push_back(json::object{{"name", json_text(tag.name)}, {"description", json_text(tag.help)}});
    return out;
}

}  // namespace

std::string make_openapi(std::span<const Route> routes, const store::CoreSchema& schema, bool basic_auth) {
    json::object paths = describe_paths(routes, schema);
    json::object components = used_components(all_components(routes, schema, basic_auth), paths);
    json::array security{{{"bearer", json::array{}}}};
    if (basic_auth) security.push_back(json::object{{"basic", json::array{}}});
    return json::serialize(json::object{
        {"openapi", "3.1.0"},
        {"info",
         {{"title", "watchdxg-back"},
          {"version", WDX_VERSION},
          {"description",
           "The data that watchdxg-core collects, and the operator's verdicts and actions. Lists follow Django "
           "REST Framework and django-filter. Every path ends with a slash; one without it is redirected."},
          {"contact", {{"name", "The operator of this server"}}},
          {"license", {{"name", "MIT"}, {"identifier", "MIT"}}}}},
        {"servers", json::array{{{"url", "/"}}}},
        {"tags", used_tags(paths)},
        {"security", std::move(security)},
        {"paths", std::move(paths)},
        {"components", std::move(components)}});
}

const std::string& OpenApiDocument::text(const store::CoreSchema& schema) {
    if (!made_for_ || *made_for_ != schema) {
        text_ = make_openapi(routes_, schema, basic_auth_);
        made_for_ = schema;
    }
    return text_;
}

}  // namespace wdx::api
