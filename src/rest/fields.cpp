#include "rest/fields.hpp"

#include "base/json_writer.hpp"
#include "base/unicode.hpp"
#include "rest/filter_values.hpp"

#include <algorithm>
#include <array>
#include <variant>

namespace wdx::rest {
namespace {

using base::JsonValue;

constexpr std::array<std::string_view, 6> kTrue{"t", "y", "yes", "true", "on", "1"};
constexpr std::array<std::string_view, 6> kFalse{"f", "n", "no", "false", "off", "0"};
constexpr std::size_t kLongestNumber = 1000;  ///< characters of an integer in a string
constexpr std::int64_t kMicrosecondsTo2000 = 946'684'800'000'000;

constexpr std::string_view kNotABoolean = "Must be a valid boolean.";
constexpr std::string_view kNotAnInteger = "A valid integer is required.";
constexpr std::string_view kTooLarge = "String value too large.";
constexpr std::string_view kTooGreat = "Ensure this value is less than or equal to 9223372036854775807.";
constexpr std::string_view kTooSmall = "Ensure this value is greater than or equal to -9223372036854775808.";
constexpr std::string_view kNotADateTime =
    "Datetime has wrong format. Use one of these formats instead: "
    "YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].";
constexpr std::string_view kOutOfRange = "Datetime value out of range.";
constexpr std::string_view kEmptyList = "This list may not be empty.";

std::optional<bool> read_boolean(const JsonValue& value) {
    switch (value.kind) {
        case JsonValue::Kind::boolean:
            return value.boolean;
        case JsonValue::Kind::integer:
            if (value.fits_int64 && (value.integer == 0 || value.integer == 1)) return value.integer == 1;
            return std::nullopt;
        case JsonValue::Kind::floating:
            if (value.floating == 0 || value.floating == 1) return value.floating == 1;
            return std::nullopt;
        case JsonValue::Kind::string: {
            std::string word = value.string;
            for (char& c : word)
                if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
            if (std::find(kTrue.begin(), kTrue.end(), word) != kTrue.end()) return true;
            if (std::find(kFalse.begin(), kFalse.end(), word) != kFalse.end()) return false;
            return std::nullopt;
        }
        default:
            return std::nullopt;
    }
}

/// Without a fraction of zeros: `7.00` is `7`.
std::string_view without_zero_fraction(std::string_view text) {
    const std::string_view trimmed = base::strip(text);
    const auto point = trimmed.rfind('.');
    if (point == std::string_view::npos || trimmed.find_first_not_of('0', point + 1) != std::string_view::npos)
        return text;
    return trimmed.substr(0, point);
}

/// A number, or what is wrong with it.
std::variant<std::int64_t, std::string_view> read_integer(const JsonValue& value) {
    std::string text;
    switch (value.kind) {
        case JsonValue::Kind::integer:
            text = value.raw;
            break;
        case JsonValue::Kind::floating:
            text = base::python_float_repr(value.floating);
            break;
        case JsonValue::Kind::string:
            if (base::count_code_points(value.string) > kLongestNumber) return kTooLarge;
            text = value.string;
            break;
        case JsonValue::Kind::null:
            return kNotNull;
        default:
            return kNotAnInteger;
    }
    const auto number = base::parse_python_int(without_zero_fraction(text));
    if (!number) return kNotAnInteger;
    if (!number->in_range) return number->negative ? kTooSmall : kTooGreat;
    return number->value;
}

/// What a CharField's validators have against a text.
std::vector<std::string> find_text_faults(std::string_view text, bool has_surrogates, std::size_t longest) {
    auto faults = find_character_faults(text, has_surrogates);
    if (base::count_code_points(text) > longest)
        faults.insert(faults.begin(), fmt::format("Ensure this field has no more than {} characters.", longest));
    return faults;
}

}  // namespace

void FieldReader::refuse(std::string_view name, std::string_view message) {
    errors_.add(name, {std::string(message)});
}

/// The value of a field that may not be null; nullptr when there is none.
const JsonValue* FieldReader::find(std::string_view name, Presence presence) {
    const JsonValue* value = body_.find(name);
    if (value == nullptr) {
        if (presence == Presence::required) refuse(name, kRequired);
        return nullptr;
    }
    if (value->kind != JsonValue::Kind::null) return value;
    refuse(name, kNotNull);
    return nullptr;
}

std::optional<bool> FieldReader::boolean(std::string_view name, Presence presence) {
    const JsonValue* value = find(name, presence);
    if (value == nullptr) return std::nullopt;
    const auto read = read_boolean(*value);
    if (!read) refuse(name, kNotABoolean);
    return read;
}

std::optional<std::int64_t> FieldReader::integer(std::string_view name, Presence presence) {
    const JsonValue* value = find(name, presence);
    if (value == nullptr) return std::nullopt;
    const auto read = read_integer(*value);
    if (const auto* number = std::get_if<std::int64_t>(&read)) return *number;
    refuse(name, std::get<std::string_view>(read));
    return std::nullopt;
}

std::optional<std::vector<std::int64_t>> FieldReader::integers(std::string_view name, Presence presence,
                                                               std::size_t most) {
    const JsonValue* value = find(name, presence);
    if (value == nullptr) return std::nullopt;
    const auto refused = [&](std::string_view why) {
        refuse(name, why);
        return std::nullopt;
    };
    if (value->kind != JsonValue::Kind::array)
        return refused(fmt::format("Expected a list of items but got type \"{}\".", python_type(*value)));
    if (value->elements.empty()) return refused(kEmptyList);
    if (value->elements.size() > most)
        return refused(fmt::format("Ensure this field has no more than {} elements.", most));
    std::vector<std::int64_t> numbers;
    std::vector<std::pair<std::size_t, std::string>> faults;
    for (std::size_t i = 0; i < value->elements.size(); ++i) {
        const auto read = read_integer(value->elements[i]);
        if (const auto* number = std::get_if<std::int64_t>(&read)) {
            numbers.push_back(*number);
        } else {
            faults.emplace_back(i, std::get<std::string_view>(read));
        }
    }
    if (faults.empty()) return numbers;
    errors_.add_elements(name, faults);
    return std::nullopt;
}

std::optional<std::string> FieldReader::text(std::string_view name, Presence presence, std::size_t longest) {
    const JsonValue* value = find(name, presence);
    if (value == nullptr) return std::nullopt;
    auto text = char_field_text(*value);
    if (!text || text->empty()) {
        refuse(name, text ? kNotBlank : kNotAString);
        return std::nullopt;
    }
    const auto faults = find_text_faults(*text, value->has_surrogates, longest);
    if (faults.empty()) return text;
    errors_.add(name, faults);
    return std::nullopt;
}

NullableText FieldReader::nullable_text(std::string_view name, std::size_t longest) {
    const JsonValue* value = body_.find(name);
    if (value == nullptr) return {};
    if (value->kind == JsonValue::Kind::null) return {.is_given = true};
    auto text = char_field_text(*value);
    if (!text) {
        refuse(name, kNotAString);
        return {};
    }
    const auto faults = find_text_faults(*text, value->has_surrogates, longest);
    if (!faults.empty()) errors_.add(name, faults);
    return {.is_given = true, .text = std::move(text)};
}

std::optional<std::string> FieldReader::date_time(std::string_view name, Presence presence) {
    const JsonValue* value = find(name, presence);
    if (value == nullptr) return std::nullopt;
    const auto read = value->is_string() ? parse_date_time(value->string) : std::nullopt;
    if (!read) {
        refuse(name, kNotADateTime);
        return std::nullopt;
    }
    std::string json;
    base::append_json_timestamp(json, *read - kMicrosecondsTo2000);
    if (json.front() == '"') return json.substr(1, json.size() - 2);
    refuse(name, kOutOfRange);  // another year in UTC than there
    return std::nullopt;
}

}  // namespace wdx::rest
