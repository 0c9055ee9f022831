#include "rest/fields.hpp"

#include "http/make_request.hpp"

#include <gtest/gtest.h>

namespace wdx::rest {
namespace {

constexpr std::string_view kWrongTime =
    R"(["Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z]."])";

constexpr std::size_t kMost = 5;

/// What `reader` makes of the field `f` with that JSON value, as text; `(none)`, or what is said of it.
template <typename Reader>
std::string read(const BodyField& field, const std::string& json, Reader reader) {
    const auto request = http::make_request("POST", "/", {{"Content-Type", "application/json"}}, "{" + json + "}");
    const Body body{"Body", {&field, 1}};
    FieldReader fields(request, body);
    const std::string value = reader(fields);
    try {
        fields.throw_if_wrong();
    } catch (const ApiError& error) {
        return error.body.substr(5, error.body.size() - 6);  // without {"f":...}
    }
    return value;
}

TEST(FieldReader, RefusesAMemberThatIsNoField) {
    const BodyField field{.name = "notes", .type = BodyType::nullable_text};
    const auto refusal = [&](const std::string& json, const model::Resource* row = nullptr) -> std::string {
        const auto request = http::make_request("POST", "/", {{"Content-Type", "application/json"}}, json);
        const Body body{.name = "Body", .fields = {&field, 1}, .row = row};
        try {
            FieldReader(request, body).throw_if_wrong();
        } catch (const ApiError& error) {
            return error.body;
        }
        return "(none)";
    };
    EXPECT_EQ(refusal(R"({"notes":null})"), "(none)");
    EXPECT_EQ(refusal(R"({"note":"x"})"), R"({"note":["There is no field 'note'; the nearest is 'notes'."]})");
    EXPECT_EQ(refusal(R"({"id":7,"user_id":1})", &model::kActions), "(none)") << "the server sets them";
    EXPECT_EQ(refusal(R"({"id":7})"), R"({"id":["There is no field 'id'; the nearest is 'notes'."]})");
    EXPECT_EQ(refusal(R"({"\ud800":1})"), R"({"non_field_errors":["There is no field of that name."]})");
}

std::string boolean(const std::string& json, bool is_required = true) {
    const BodyField field{.name = "f", .type = BodyType::boolean, .is_required = is_required};
    return read(field, json.empty() ? "" : "\"f\":" + json, [&](FieldReader& fields) -> std::string {
        const auto value = fields.boolean("f");
        return !value ? "(none)" : *value ? "true" : "false";
    });
}

std::string integer(const std::string& json, bool is_required = true) {
    const BodyField field{.name = "f", .type = BodyType::integer, .is_required = is_required};
    return read(field, json.empty() ? "" : "\"f\":" + json, [&](FieldReader& fields) {
        const auto value = fields.integer("f");
        return value ? std::to_string(*value) : "(none)";
    });
}

std::string integers(const std::string& json) {
    const BodyField field{.name = "f", .type = BodyType::integers, .is_required = true, .most = 3};
    return read(field, "\"f\":" + json, [](FieldReader& fields) {
        const auto value = fields.integers("f");
        return value ? fmt::format("{}", fmt::join(*value, " ")) : "(none)";
    });
}

std::string text(const std::string& json) {
    const BodyField field{.name = "f", .type = BodyType::text, .is_required = true, .most = kMost};
    return read(field, "\"f\":" + json, [](FieldReader& fields) { return fields.text("f").value_or("(none)"); });
}

std::string nullable_text(const std::string& json) {
    const BodyField field{.name = "f", .type = BodyType::nullable_text, .most = kMost};
    return read(field, json.empty() ? "" : "\"f\":" + json, [](FieldReader& fields) -> std::string {
        const NullableText value = fields.nullable_text("f");
        return !value.is_given ? "(none)" : value.text.value_or("(null)");
    });
}

std::string date_time(const std::string& json) {
    const BodyField field{.name = "f", .type = BodyType::date_time};
    return read(field, "\"f\":" + json, [](FieldReader& fields) { return fields.date_time("f").value_or("(none)"); });
}

TEST(FieldReaderBoolean, TakesWhatDrfTakes) {
    for (const char* const json :
         {"true", "1", "1.0", R"("true")", R"("TRUE")", R"("t")", R"("Yes")", R"("on")", R"("1")"})
        EXPECT_EQ(boolean(json), "true") << json;
    for (const char* const json : {"false", "0", "-0.0", R"("False")", R"("f")", R"("NO")", R"("off")", R"("0")"})
        EXPECT_EQ(boolean(json), "false") << json;
    for (const char* const json : {"2", "0.5", R"("")", R"(" true")", R"("null")", "[]", "{}", "1e400"})
        EXPECT_EQ(boolean(json), R"(["Must be a valid boolean."])") << json;
    EXPECT_EQ(boolean("null"), R"(["This field may not be null."])");
    EXPECT_EQ(boolean(""), R"(["This field is required."])");
    EXPECT_EQ(boolean("", false), "(none)");
}

TEST(FieldReaderInteger, TakesWhatDrfTakes) {
    EXPECT_EQ(integer("7"), "7");
    EXPECT_EQ(integer("-7"), "-7");
    EXPECT_EQ(integer("7.0"), "7");
    EXPECT_EQ(integer(R"(" 7.00 ")"), "7");
    EXPECT_EQ(integer(R"("1_000")"), "1000");
    EXPECT_EQ(integer("9223372036854775807"), "9223372036854775807");
    for (const char* const json :
         {"true", "1.5", "1e400", "1e16", R"("")", R"("7.")", R"("x")", "[]", "{}", R"("1.0.0")"})
        EXPECT_EQ(integer(json), json == std::string_view(R"("7.")") ? "7" : R"(["A valid integer is required."])")
            << json;
    EXPECT_EQ(integer("9223372036854775808"), R"(["Ensure this value is less than or equal to 9223372036854775807."])");
    EXPECT_EQ(integer("-99999999999999999999"),
              R"(["Ensure this value is greater than or equal to -9223372036854775808."])");
    EXPECT_EQ(integer('"' + std::string(1001, '0') + '"'), R"(["String value too large."])");
    EXPECT_EQ(integer("null"), R"(["This field may not be null."])");
    EXPECT_EQ(integer("", false), "(none)");
}

TEST(FieldReaderIntegers, NamesTheElementsThatAreWrong) {
    EXPECT_EQ(integers("[3,1,3]"), "3 1 3");
    EXPECT_EQ(integers(R"(["x",1,null])"),
              R"({"0":["A valid integer is required."],"2":["This field may not be null."]})");
    EXPECT_EQ(integers("[]"), R"(["This list may not be empty."])");
    EXPECT_EQ(integers("[1,2,3,{}]"), R"(["Ensure this field has no more than 3 elements."])");
    EXPECT_EQ(integers("7"), R"(["Expected a list of items but got type \"int\"."])");
    EXPECT_EQ(integers("null"), R"(["This field may not be null."])");
}

TEST(FieldReaderText, IsTrimmedAndMeasuredInCharacters) {
    EXPECT_EQ(text(R"(" ab\u00a0 ")"), "ab");
    EXPECT_EQ(text("\"\u65E5\u65E5\u65E5\u65E5\u65E5\""), "\u65E5\u65E5\u65E5\u65E5\u65E5");
    EXPECT_EQ(text("12.50"), "12.5");
    EXPECT_EQ(text(R"("abcdef")"), R"(["Ensure this field has no more than 5 characters."])");
    EXPECT_EQ(text(R"("abcde\u0000")"),
              R"(["Ensure this field has no more than 5 characters.","Null characters are not allowed."])");
    EXPECT_EQ(text(R"("\ud800")"), R"(["Surrogate characters are not allowed: U+D800."])");
    EXPECT_EQ(text(R"(" ")"), R"(["This field may not be blank."])");
    EXPECT_EQ(text("true"), R"(["Not a valid string."])");
}

TEST(FieldReaderNullableText, TellsAbsentNullAndBlankApart) {
    EXPECT_EQ(nullable_text(""), "(none)");
    EXPECT_EQ(nullable_text("null"), "(null)");
    EXPECT_EQ(nullable_text(R"("  ")"), "");
    EXPECT_EQ(nullable_text(R"(" a ")"), "a");
    EXPECT_EQ(nullable_text(R"("abcdef")"), R"(["Ensure this field has no more than 5 characters."])");
    EXPECT_EQ(nullable_text("[]"), R"(["Not a valid string."])");
    EXPECT_EQ(nullable_text(R"("a\u0000b")"), R"(["Null characters are not allowed."])");
}

TEST(FieldReaderDateTime, IsUtc) {
    EXPECT_EQ(date_time(R"("2026-11-25T10:00:00Z")"), "2026-11-25T10:00:00Z");
    EXPECT_EQ(date_time(R"("2026-11-25T10:00:00.000001+02:00")"), "2026-11-25T08:00:00.000001Z");
    EXPECT_EQ(date_time(R"("2026-11-25 10:00")"), "2026-11-25T10:00:00Z");
    EXPECT_EQ(date_time(R"("0001-01-01")"), "0001-01-01T00:00:00Z");
    EXPECT_EQ(date_time(R"("0001-01-01T00:00+00:01")"), R"(["Datetime value out of range."])");
    EXPECT_EQ(date_time(R"("9999-12-31T23:59-00:01")"), R"(["Datetime value out of range."])");
    for (const char* const json : {R"("soon")", R"("")", "7", "true", "[]", R"("2026-02-30")"})
        EXPECT_EQ(date_time(json), kWrongTime) << json;
}

std::string number(const std::string& json) {
    const BodyField field{.name = "f", .type = BodyType::number, .farthest = 100};
    return read(field, "\"f\":" + json, [](FieldReader& fields) {
        const auto value = fields.number("f");
        return value ? fmt::format("{}", *value) : "(none)";
    });
}

std::string numbers(const std::string& json) {
    const BodyField field{.name = "f", .type = BodyType::numbers, .farthest = 100};
    return read(field, "\"f\":" + json, [](FieldReader& fields) {
        std::string text;
        const std::vector<std::string> known{"wave", "no_bio"};
        const auto values = fields.numbers("f", known);
        if (!values) return std::string("(none)");
        for (const auto& [name, value] : *values) text += fmt::format("{}={} ", name, value);
        return text;
    });
}

TEST(FieldReaderNumber, TakesWhatIsWithinItsBounds) {
    EXPECT_EQ(number("7"), "7");
    EXPECT_EQ(number("-0.25"), "-0.25");
    EXPECT_EQ(number("-100"), "-100");
    EXPECT_EQ(number(R"(" 1e1 ")"), "10");
    EXPECT_EQ(number("100.5"), R"(["Ensure this value is less than or equal to 100."])");
    EXPECT_EQ(number("1e400"), R"(["Ensure this value is less than or equal to 100."])");
    EXPECT_EQ(number("-99999999999999999999"), R"(["Ensure this value is greater than or equal to -100."])");
    EXPECT_EQ(number("null"), R"(["This field may not be null."])");
    for (const char* const json : {"true", "[]", "{}", R"("")", R"("x")", R"("nan")", R"("1 2")"})
        EXPECT_EQ(number(json), R"(["A valid number is required."])") << json;
}

TEST(FieldReaderNumbers, NamesTheMembersThatAreWrong) {
    EXPECT_EQ(numbers("{}"), "");
    EXPECT_EQ(numbers(R"({"wave":2,"no_bio":"-0.5"})"), "no_bio=-0.5 wave=2 ");
    EXPECT_EQ(numbers(R"({"wavve":1,"no_bio":true,"wave":101})"),
              R"({"wavve":["There is no field 'wavve'; the nearest is 'wave'."],)"
              R"("no_bio":["A valid number is required."],)"
              R"("wave":["Ensure this value is less than or equal to 100."]})");
    EXPECT_EQ(numbers(R"({"\ud800":1})"), R"({"non_field_errors":["There is no field of that name."]})");
    EXPECT_EQ(numbers("[1]"), R"(["Expected a dictionary of items but got type \"list\"."])");
    EXPECT_EQ(numbers("null"), R"(["This field may not be null."])");
}

TEST(FieldReader, ReportsAllFieldsTogetherInOrder) {
    const auto request = http::make_request("POST", "/", {{"Content-Type", "application/json"}}, R"({"b":"x"})");
    constexpr std::array kTwo{BodyField{.name = "a", .type = BodyType::integer, .is_required = true},
                              BodyField{.name = "b", .type = BodyType::boolean, .is_required = true}};
    const Body body{"Body", kTwo};
    FieldReader fields(request, body);
    fields.integer("a");
    fields.boolean("b");
    fields.refuse("non_field_errors", "No.");
    try {
        fields.throw_if_wrong();
        FAIL() << "nothing was refused";
    } catch (const ApiError& error) {
        EXPECT_EQ(error.status, 400U);
        EXPECT_EQ(error.body,
                  R"({"a":["This field is required."],"b":["Must be a valid boolean."],"non_field_errors":["No."]})");
    }
}

}  // namespace
}  // namespace wdx::rest
