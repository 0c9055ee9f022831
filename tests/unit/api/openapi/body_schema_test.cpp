#include "api/openapi/body_schema.hpp"

#include <array>

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace wdx::api {
namespace {

namespace json = boost::json;
using rest::BodyField;
using rest::BodyType;

std::string schema_of(const BodyField& field) {
    const rest::Body body{"Body", {&field, 1}};
    return json::serialize(body_schema(body));
}

TEST(BodySchema, HasTheLimitsOfTheReader) {
    EXPECT_EQ(schema_of({.name = "user_ids", .type = BodyType::integers, .is_required = true, .most = 7}),
              R"({"type":"object","required":["user_ids"],"properties":{"user_ids":{"type":"array","minItems":1,)"
              R"("maxItems":7,"items":{"type":"integer","format":"int32"}}}})");
    EXPECT_EQ(schema_of({.name = "notes", .type = BodyType::nullable_text, .most = 9}),
              R"({"type":"object","properties":{"notes":{"type":["string","null"],"maxLength":9}}})");
    EXPECT_EQ(schema_of({.name = "password", .type = BodyType::text, .is_required = true, .is_password = true}),
              R"({"type":"object","required":["password"],"properties":{"password":{"type":"string","minLength":1,)"
              R"("format":"password"}}})");
}

TEST(BodySchema, HasTheBoundsOfNumbers) {
    EXPECT_EQ(schema_of({.name = "weights", .type = BodyType::numbers, .farthest = 100}),
              R"({"type":"object","properties":{"weights":{"type":"object","additionalProperties":)"
              R"({"type":"number","minimum":-100,"maximum":100}}}})");
}

TEST(BodySchema, DescribesEachFieldInItsOwnWords) {
    EXPECT_EQ(schema_of({.name = "otp", .type = BodyType::lenient_text, .help = "Six digits."}),
              R"({"type":"object","properties":{"otp":{"type":"string","description":"Six digits."}}})");
}

}  // namespace
}  // namespace wdx::api
