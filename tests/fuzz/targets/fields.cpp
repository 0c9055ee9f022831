#include "rest/fields.hpp"

#include "base/json_reader.hpp"
#include "base/unicode.hpp"
#include "rest/conditions.hpp"
#include "rest/filter_values.hpp"
#include "targets.hpp"

#include <algorithm>
#include <cmath>

namespace wdx::fuzz {
namespace {

constexpr std::size_t kMost = 8;
constexpr std::array kFields{
    rest::BodyField{.name = "harmful", .type = rest::BodyType::boolean},
    rest::BodyField{.name = "user_id", .type = rest::BodyType::integer},
    rest::BodyField{.name = "user_ids", .type = rest::BodyType::integers, .most = kMost},
    rest::BodyField{.name = "action_type", .type = rest::BodyType::text, .most = kMost},
    rest::BodyField{.name = "timestamp", .type = rest::BodyType::date_time},
    rest::BodyField{.name = "bias", .type = rest::BodyType::number, .farthest = kMost},
    rest::BodyField{.name = "weights", .type = rest::BodyType::numbers, .farthest = kMost},
    rest::BodyField{.name = "notes", .type = rest::BodyType::nullable_text, .most = kMost},
};
constexpr rest::Body kBody{"Body", kFields};

bool is_clean(const std::string& text) {
    return base::is_utf8(text) && base::strip(text) == text && text.find('\0') == std::string::npos;
}

void check_refusal(const rest::ApiError& error) {
    require(error.status == 400 || error.status == 415, "400 or 415");
    const auto answer = base::read_json(error.body);
    const auto* object = std::get_if<base::JsonValue>(&answer);
    require(object != nullptr && object->is_object() && !object->members.empty(), "an object says why");
}

void check_body(const http::Request& request) {
    try {
        rest::FieldReader fields(request, kBody);
        const auto flag = fields.boolean("harmful");
        const auto id = fields.integer("user_id");
        const auto ids = fields.integers("user_ids");
        const auto type = fields.text("action_type");
        const auto time = fields.date_time("timestamp");
        const auto bias = fields.number("bias");
        const std::vector<std::string> known{"wave"};
        const auto weights = fields.numbers("weights", known);
        const auto notes = fields.nullable_text("notes");
        fields.throw_if_wrong();
        require(flag.has_value() == fields.has("harmful") && id.has_value() == fields.has("user_id") &&
                    ids.has_value() == fields.has("user_ids") && type.has_value() == fields.has("action_type") &&
                    time.has_value() == fields.has("timestamp") && notes.is_given == fields.has("notes"),
                "a field that is there has a value or is refused");
        require(!ids || (!ids->empty() && ids->size() <= kMost), "a list within its bounds");
        require(bias.has_value() == fields.has("bias") && weights.has_value() == fields.has("weights"),
                "so has one with numbers");
        require((!bias || std::abs(*bias) <= kMost) && (!weights || weights->size() <= known.size()),
                "numbers within their bounds");
        require(!type || (is_clean(*type) && !type->empty() && base::count_code_points(*type) <= kMost),
                "a clean text");
        require(!notes.text || (is_clean(*notes.text) && base::count_code_points(*notes.text) <= kMost), "clean notes");
        require(!time || (time->size() >= 20 && time->back() == 'Z' && rest::parse_date_time(*time)), "a time in UTC");
    } catch (const rest::ApiError& error) {
        check_refusal(error);
    }
}

void check_conditions(const http::Request& request) {
    try {
        const auto conditions = rest::read_conditions(request);
        require(conditions.if_match && conditions.if_none_match, "both are there");
        for (const std::string& json : {*conditions.if_match, *conditions.if_none_match}) {
            const auto read = base::read_json(json);
            const auto* tags = std::get_if<base::JsonValue>(&read);
            require(tags != nullptr && tags->kind == base::JsonValue::Kind::array, "an array of tags");
            require(std::all_of(tags->elements.begin(), tags->elements.end(),
                                [](const auto& tag) {
                                    return tag.string == "*" || (tag.string.starts_with('"') && tag.string.size() > 1 &&
                                                                 tag.string.find('"', 1) == tag.string.size() - 1);
                                }),
                    "tags in quotes");
        }
    } catch (const rest::ApiError& error) {
        check_refusal(error);
    }
}

}  // namespace

/// A list of entity tags and, behind a line break, a body of JSON; without a line break, a body alone.
void fields(std::string_view input) {
    const auto line = input.find('\n');
    http::Request request;
    request.message.set("Content-Type", "application/json");
    request.message.body() = line == std::string_view::npos ? input : input.substr(line + 1);
    check_body(request);
    if (line == std::string_view::npos) return;
    const boost::beast::string_view tags(input.data(), line);
    request.message.set("If-Match", tags);
    request.message.set("If-None-Match", tags);
    check_conditions(request);
}

}  // namespace wdx::fuzz
