#include "rest/fields.hpp"

#include "base/ascii.hpp"
#include "base/json_writer.hpp"
#include "base/unicode.hpp"
#include "platform/numbers.hpp"
#include "rest/filter_values.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
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
constexpr std::string_view kNotANumber = "A valid number is required.";
constexpr std::string_view kNotAChoice = "This is not a valid choice.";
constexpr std::string_view kEmptyList = "This list may not be empty.";

constexpr std::string_view kNoSuchField = "There is no field of that name.";
constexpr std::string_view kAllFields = "non_field_errors";
constexpr std::size_t kMostUnknown = 10;   ///< members that are named; looking for the nearest name takes a while
constexpr std::size_t kLongestName = 100;  ///< bytes of the name of a member

/// The object may have a member of that name.
bool has_field(const Body& table, std::string_view name) {
    const auto is_it = [&](const auto& field) { return field.name == name; };
    return std::any_of(table.fields.begin(), table.fields.end(), is_it) ||
           (table.row != nullptr && std::any_of(table.row->fields.begin(), table.row->fields.end(), is_it));
}

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
            const std::string word = base::ascii_lower(value.string);
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

/// The integers that a field takes.
std::pair<std::int64_t, std::int64_t> bounds_of(const BodyField& field) {
    using Limits = std::numeric_limits<std::int64_t>;
    if (field.least < field.greatest) return {field.least, field.greatest};
    return {Limits::min(), Limits::max()};
}

std::optional<double> parse_float(std::string_view text) {
    const auto value = platform::parse_double(text);
    if (value && std::isnan(*value)) return std::nullopt;
    return value;
}

/// A number, or what is wrong with it.
std::variant<double, std::string> read_number(const JsonValue& value, double farthest) {
    std::optional<double> number;
    if (value.kind == JsonValue::Kind::floating) number = value.floating;
    if (value.kind == JsonValue::Kind::integer) number = parse_float(value.raw);
    if (value.kind == JsonValue::Kind::string) number = parse_float(base::strip(value.string));
    if (value.kind == JsonValue::Kind::null) return std::string(kNotNull);
    if (!number) return std::string(kNotANumber);
    if (*number > farthest) return fmt::format("Ensure this value is less than or equal to {}.", farthest);
    if (*number < -farthest) return fmt::format("Ensure this value is greater than or equal to {}.", -farthest);
    return *number;
}

/// True for what an answer may repeat as the name of a member.
bool is_name(const std::string& name) {
    return name.size() <= kLongestName && base::is_utf8(name);
}

/// What a CharField's validators have against a text.
std::vector<std::string> find_text_faults(std::string_view text, bool has_surrogates, std::size_t longest) {
    auto faults = find_character_faults(text, has_surrogates);
    if (base::count_code_points(text) > longest)
        faults.insert(faults.begin(), fmt::format("Ensure this field has no more than {} characters.", longest));
    return faults;
}

}  // namespace

FieldReader::FieldReader(const http::Request& request, const Body& table)
    : table_(table), body_(request, table.most_elements) {
    std::size_t refused = 0;
    for (const base::JsonMember& member : body_.members()) {
        if (has_field(table, member.name)) continue;
        refuse_unknown(member.name);
        if (++refused == kMostUnknown) break;
    }
}

void FieldReader::refuse_unknown(const std::string& name) {
    std::vector<std::string> known;
    for (const BodyField& field : table_.fields) known.emplace_back(field.name);
    // A name that is no text, or too long for a name, is not repeated in the answer.
    if (is_name(name)) {
        refuse(name, unknown_field(name, known));
    } else {
        refuse(kAllFields, kNoSuchField);
    }
}

void FieldReader::refuse(std::string_view name, std::string_view message) {
    errors_.add(name, {std::string(message)});
}

/// The value of a field that may not be null; nullptr when there is none.
const JsonValue* FieldReader::find(std::string_view name) {
    const JsonValue* value = body_.find(name);
    if (value == nullptr) {
        if (table_.field(name).is_required) refuse(name, kRequired);
        return nullptr;
    }
    if (value->kind != JsonValue::Kind::null) return value;
    refuse(name, kNotNull);
    return nullptr;
}

std::optional<bool> FieldReader::boolean(std::string_view name) {
    const JsonValue* value = find(name);
    if (value == nullptr) return std::nullopt;
    const auto read = read_boolean(*value);
    if (!read) refuse(name, kNotABoolean);
    return read;
}

std::optional<std::int64_t> FieldReader::integer(std::string_view name) {
    const JsonValue* value = find(name);
    if (value == nullptr) return std::nullopt;
    const auto read = read_integer(*value);
    const auto* number = std::get_if<std::int64_t>(&read);
    if (number == nullptr) {
        refuse(name, std::get<std::string_view>(read));
        return std::nullopt;
    }
    const auto& [least, greatest] = bounds_of(table_.field(name));
    if (*number > greatest) refuse(name, fmt::format("Ensure this value is less than or equal to {}.", greatest));
    if (*number < least) refuse(name, fmt::format("Ensure this value is greater than or equal to {}.", least));
    return *number;
}

std::optional<std::vector<std::int64_t>> FieldReader::integers(std::string_view name) {
    const JsonValue* value = find(name);
    if (value == nullptr) return std::nullopt;
    const auto refused = [&](std::string_view why) {
        refuse(name, why);
        return std::nullopt;
    };
    if (value->kind != JsonValue::Kind::array)
        return refused(fmt::format("Expected a list of items but got type \"{}\".", python_type(*value)));
    if (value->elements.empty()) return refused(kEmptyList);
    const std::size_t most = table_.field(name).most;
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

std::optional<std::string> FieldReader::text(std::string_view name) {
    const JsonValue* value = find(name);
    if (value == nullptr) return std::nullopt;
    auto text = char_field_text(*value);
    if (!text || text->empty()) {
        refuse(name, text ? kNotBlank : kNotAString);
        return std::nullopt;
    }
    const auto faults = find_text_faults(*text, value->has_surrogates, table_.field(name).most);
    if (faults.empty()) return text;
    errors_.add(name, faults);
    return std::nullopt;
}

std::optional<std::string> FieldReader::choice(std::string_view name) {
    const JsonValue* value = find(name);
    if (value == nullptr) return std::nullopt;
    const auto choices = table_.field(name).choices;
    auto text = char_field_text(*value);
    if (text && std::find(choices.begin(), choices.end(), *text) != choices.end()) return text;
    // A text that no answer can repeat, or should, is not repeated.
    const bool is_shown = text && is_name(*text);
    refuse(name, is_shown ? fmt::format("\"{}\" is not a valid choice.", *text) : std::string(kNotAChoice));
    return std::nullopt;
}

std::optional<std::vector<std::string>> FieldReader::texts(std::string_view name) {
    const JsonValue* value = find(name);
    if (value == nullptr) return std::nullopt;
    if (value->kind != JsonValue::Kind::array || value->elements.empty()) {
        refuse(name, value->kind == JsonValue::Kind::array
                         ? std::string(kEmptyList)
                         : fmt::format("Expected a list of items but got type \"{}\".", python_type(*value)));
        return std::nullopt;
    }
    std::vector<std::string> texts;
    std::vector<std::pair<std::size_t, std::string>> faults;
    for (std::size_t i = 0; i < value->elements.size(); ++i) {
        const JsonValue& element = value->elements[i];
        auto text = char_field_text(element);
        if (!text || text->empty()) {
            faults.emplace_back(i, text ? kNotBlank : kNotAString);
            continue;
        }
        const auto found = find_text_faults(*text, element.has_surrogates, table_.field(name).most);
        if (!found.empty()) faults.emplace_back(i, found.front());
        texts.push_back(*std::move(text));
    }
    if (faults.empty()) return texts;
    errors_.add_elements(name, faults);
    return std::nullopt;
}

NullableText FieldReader::nullable_text(std::string_view name) {
    const JsonValue* value = body_.find(name);
    if (value == nullptr) return {};
    if (value->kind == JsonValue::Kind::null) return {.is_given = true};
    auto text = char_field_text(*value);
    if (!text) {
        refuse(name, kNotAString);
        return {};
    }
    const auto faults = find_text_faults(*text, value->has_surrogates, table_.field(name).most);
    if (!faults.empty()) errors_.add(name, faults);
    return {.is_given = true, .text = std::move(text)};
}

std::optional<std::string> FieldReader::date_time(std::string_view name) {
    const JsonValue* value = find(name);
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

std::optional<double> FieldReader::number(std::string_view name) {
    const JsonValue* value = find(name);
    if (value == nullptr) return std::nullopt;
    const auto read = read_number(*value, table_.field(name).farthest);
    if (const auto* number = std::get_if<double>(&read)) return *number;
    refuse(name, std::get<std::string>(read));
    return std::nullopt;
}

std::optional<std::map<std::string, double>> FieldReader::numbers(std::string_view name,
                                                                  std::span<const std::string> known) {
    const JsonValue* value = find(name);
    if (value == nullptr) return std::nullopt;
    if (!value->is_object()) {
        refuse(name, fmt::format("Expected a dictionary of items but got type \"{}\".", python_type(*value)));
        return std::nullopt;
    }
    std::map<std::string, double> numbers;
    std::vector<std::pair<std::string, std::string>> faults;
    for (const base::JsonMember& member : value->members) {
        if (faults.size() == kMostUnknown) break;
        if (!is_name(member.name)) {
            faults.emplace_back(kAllFields, kNoSuchField);
        } else if (std::find(known.begin(), known.end(), member.name) == known.end()) {
            faults.emplace_back(member.name, unknown_field(member.name, known));
        } else {
            const auto read = read_number(member.value, table_.field(name).farthest);
            if (const auto* number = std::get_if<double>(&read)) {
                numbers.emplace(member.name, *number);
            } else {
                faults.emplace_back(member.name, std::get<std::string>(read));
            }
        }
    }
    if (faults.empty()) return numbers;
    errors_.add_members(name, faults);
    return std::nullopt;
}

NullableText FieldReader::nullable_date_time(std::string_view name) {
    const JsonValue* value = body_.find(name);
    if (value != nullptr && value->kind == JsonValue::Kind::null) return {.is_given = true};
    std::optional<std::string> text = date_time(name);
    return {.is_given = value != nullptr, .text = std::move(text)};
}

}  // namespace wdx::rest
