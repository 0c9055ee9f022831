#include "api/openapi/operations.hpp"

#include "api/openapi/components.hpp"
#include "api/openapi/json_parts.hpp"
#include "api/openapi/list_parameters.hpp"
#include "api/openapi/resource_schemas.hpp"

#include <algorithm>
#include <set>
#include <string>

#include <boost/algorithm/string/case_conv.hpp>

namespace wdx::api {
namespace {

namespace json = boost::json;

bool is_api(const Route& route) {
    return route.layer != Layer::probe;
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
    return {{"name", json_text(name)},
            {"in", "path"},
            {"required", true},
            {"description", json_text(help)},
            {"schema", std::move(schema)}};
}

void add_path_parameters(json::array& parameters, std::string_view pattern) {
    for (auto begin = pattern.find('{'); begin != std::string_view::npos; begin = pattern.find('{', begin + 1))
        parameters.push_back(path_parameter(pattern.substr(begin + 1, pattern.find('}', begin) - begin - 1)));
}

/// The answer when all goes well, but for its status.
json::object content_of(const Route& route) {
    const std::string title(route.resource == nullptr ? std::string_view{} : route.resource->title);
    if (route.formats == rest::Formats::report) {
        json::object content = media_content("text/html", {{"type", "string"}});
        content["application/json"] = {{"schema", reference("schemas", route.answer)}};
        return content;
    }
    if (route.gives == Gives::object) return media_content(route.media, reference("schemas", route.answer));
    if (route.gives == Gives::detail) return media_content(route.media, reference("schemas", title + "Detail"));
    json::object content = media_content("application/json", reference("schemas", title + "List"));
    if (route.formats == rest::Formats::list)
        for (const std::string_view type : {"text/csv", "application/x-ndjson"})
            content[json_text(type)] = {{"schema", {{"type", "string"}}}};
    return content;
}

json::object headers_of(const Route& route) {
    json::object headers{{"X-Request-ID", reference("headers", "X-Request-ID")}};
    for (const std::string_view name : route.headers)
        if (!name.empty()) headers[json_text(name)] = reference("headers", name);
    if (route.formats == rest::Formats::list)
        headers["Content-Disposition"] = reference("headers", "Content-Disposition");
    return headers;
}

std::string_view description_of(unsigned status) {
    switch (status) {
        case 201:
            return "Created.";
        case 204:
            return "Done; there is no body.";
        case 304:
            return "What you have is still current; there is no body.";
        default:
            return "What was asked for.";
    }
}

/// Every status that an operation refuses with, by the rules that the pipeline follows.
std::set<unsigned> refusals_of(const Route& route) {
    std::set<unsigned> statuses;
    for (const unsigned status : route.refusals)
        if (status != 0) statuses.insert(status);
    if (!is_api(route)) return statuses;
    statuses.insert({400, 404, 406, 429, 503});
    if (route.needs == Needs::login) statuses.insert(401);
    if (route.body != nullptr) statuses.insert({413, 415});
    return statuses;
}

const Refusal& refusal(unsigned status) {
    const auto all = refusals();
    return *std::find_if(all.begin(), all.end(), [&](const Refusal& one) { return one.status == status; });
}

json::object responses_of(const Route& route) {
    json::object responses;
    for (const unsigned status : route.statuses) {
        if (status == 0) continue;
        json::object response{{"description", json_text(description_of(status))}, {"headers", headers_of(route)}};
        if (status != 204 && status != 304) response["content"] = content_of(route);
        responses[std::to_string(status)] = std::move(response);
    }
    for (const unsigned status : refusals_of(route)) {
        json::object response = reference("responses", refusal(status).name);
        if (!is_api(route))  // a probe answers in its own words
            response = {{"description", "Not ready."},
                        {"headers",
                         {{"X-Request-ID", reference("headers", "X-Request-ID")},
                          {"Retry-After", reference("headers", "Retry-After")}}},
                        {"content", content_of(route)}};
        responses[std::to_string(status)] = std::move(response);
    }
    return responses;
}

json::object describe(const Route& route, const store::CoreSchema& schema) {
    json::object out{{"operationId", json_text(route.id)},
                     {"tags", json::array{json_text(route.tag)}},
                     {"summary", json_text(route.summary)},
                     {"description", json_text(route.help)}};
    json::array parameters;
    add_path_parameters(parameters, route.pattern);
    if (route.gives == Gives::list) add_list_parameters(parameters, documented_view(*route.resource, schema));
    for (const std::string_view name : route.parameters)
        if (!name.empty()) parameters.push_back(reference("parameters", name));
    if (!parameters.empty()) out["parameters"] = std::move(parameters);
    if (route.body != nullptr)
        out["requestBody"] = {{"required", true},
                              {"content", media_content("application/json", reference("schemas", route.body->name))}};
    out["responses"] = responses_of(route);
    if (route.needs == Needs::nothing) out["security"] = json::array{};
    return out;
}

std::string method_of(Verb verb) {
    std::string method(name_of(verb));
    boost::algorithm::to_lower(method);
    return method;
}

}  // namespace

json::object media_content(std::string_view type, json::object schema) {
    return {{json_text(type), json::object{{"schema", std::move(schema)}}}};
}

json::object describe_paths(std::span<const Route> routes, const store::CoreSchema& schema) {
    json::object paths;
    for (const Route& route : routes) {
        const model::Resource* resource = route.resource;
        if (resource != nullptr && !is_there(*resource, schema)) continue;
        json::value& path = paths[json_text(route.pattern)];
        if (path.is_null()) path = json::object{};
        path.as_object()[json_text(method_of(route.verb))] = describe(route, schema);
    }
    return paths;
}

}  // namespace wdx::api
