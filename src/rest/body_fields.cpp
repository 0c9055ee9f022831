#include "rest/body_fields.hpp"

#include <algorithm>
#include <cstdint>
#include <stdexcept>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace wdx::rest {
namespace {

namespace json = boost::json;

std::string_view type_name(BodyType type) {
    switch (type) {
        case BodyType::boolean:
            return "boolean";
        case BodyType::integer:
            return "integer";
        case BodyType::choice:
            return "choice";
        case BodyType::integers:
        case BodyType::texts:
            return "list";
        case BodyType::date_time:
        case BodyType::nullable_date_time:
            return "datetime";
        case BodyType::number:
            return "float";
        case BodyType::numbers:
            return "nested object";
        case BodyType::text:
        case BodyType::nullable_text:
        case BodyType::lenient_text:
            break;
    }
    return "string";
}

/// `user_ids` -> `User ids`.  Source: DRF fields.py `Field.bind`.
std::string label_of(std::string_view name) {
    std::string label(name);
    std::replace(label.begin(), label.end(), '_', ' ');
    label.front() = static_cast<char>(label.front() - 'a' + 'A');
    return label;
}

/// The bounds of a number.
void add_bounds(json::object& info, const BodyField& field) {
    if (field.type == BodyType::integer) {
        info["min_value"] = field.least;
        info["max_value"] = field.greatest;
        return;
    }
    info["min_value"] = static_cast<std::int64_t>(-field.farthest);
    info["max_value"] = static_cast<std::int64_t>(field.farthest);
}

}  // namespace

const BodyField& Body::field(std::string_view wanted) const {
    const auto found =
        std::find_if(fields.begin(), fields.end(), [&](const BodyField& one) { return one.name == wanted; });
    if (found == fields.end()) throw std::logic_error(fmt::format("{} has no field {}", name, wanted));
    return *found;
}

bool Body::has_password() const {
    return std::any_of(fields.begin(), fields.end(), [](const BodyField& one) { return one.is_password; });
}

std::string render_body_metadata(const Body& body) {
    json::object fields;
    for (const BodyField& field : body.fields) {
        json::object info{{"type", type_name(field.type)},
                          {"required", field.is_required},
                          {"read_only", false},
                          {"label", label_of(field.name)}};
        if (field.most > 0 && field.type != BodyType::texts) info["max_length"] = field.most;
        if (field.type == BodyType::choice) {
            json::array choices;
            for (const std::string_view choice : field.choices)
                choices.push_back({{"value", choice}, {"display_name", choice}});
            info["choices"] = std::move(choices);
        }
        if (field.type == BodyType::texts)
            info["child"] = {{"type", "string"}, {"required", true}, {"read_only", false}, {"max_length", field.most}};
        if (field.type == BodyType::integer && field.least < field.greatest) add_bounds(info, field);
        if (field.type == BodyType::integers)
            info["child"] = {{"type", "integer"}, {"required", true}, {"read_only", false}};
        if (field.type == BodyType::number) add_bounds(info, field);
        if (field.type == BodyType::numbers) {
            json::object child{{"type", "float"}, {"required", true}, {"read_only", false}};
            add_bounds(child, field);
            info["child"] = std::move(child);
        }
        fields[field.name] = std::move(info);
    }
    return json::serialize(fields);
}

}  // namespace wdx::rest
