#include "rest/body_fields.hpp"

#include <array>
#include <stdexcept>

#include <gtest/gtest.h>

namespace wdx::rest {
namespace {

constexpr std::array kFields{
    BodyField{.name = "user_ids", .type = BodyType::integers, .is_required = true, .most = 100},
    BodyField{.name = "action_type", .type = BodyType::text, .most = 50},
    BodyField{.name = "timestamp", .type = BodyType::date_time},
};
constexpr Body kBody{"ActionWrite", kFields};

TEST(RenderBodyMetadata, SaysWhatSimpleMetadataSays) {
    EXPECT_EQ(
        render_body_metadata(kBody),
        R"({"user_ids":{"type":"list","required":true,"read_only":false,"label":"User ids","max_length":100,)"
        R"("child":{"type":"integer","required":true,"read_only":false}},)"
        R"("action_type":{"type":"string","required":false,"read_only":false,"label":"Action type","max_length":50},)"
        R"("timestamp":{"type":"datetime","required":false,"read_only":false,"label":"Timestamp"}})");
}

TEST(RenderBodyMetadata, SaysWhichNumbersThereAre) {
    constexpr std::array kNumbers{
        BodyField{.name = "bias", .type = BodyType::number, .farthest = 100},
        BodyField{.name = "weights", .type = BodyType::numbers, .farthest = 100},
    };
    EXPECT_EQ(render_body_metadata({"Weights", kNumbers}),
              R"({"bias":{"type":"float","required":false,"read_only":false,"label":"Bias",)"
              R"("min_value":-100,"max_value":100},)"
              R"("weights":{"type":"nested object","required":false,"read_only":false,"label":"Weights",)"
              R"("child":{"type":"float","required":true,"read_only":false,"min_value":-100,"max_value":100}}})");
}

TEST(BodyField, IsFoundByItsName) {
    EXPECT_EQ(kBody.field("action_type").most, 50U);
    EXPECT_THROW(static_cast<void>(kBody.field("action")), std::logic_error);
}

TEST(RequiredAndOptional, ChangeNothingElse) {
    EXPECT_TRUE(required(kFields[1]).is_required);
    EXPECT_EQ(required(kFields[1]).most, 50U);
    EXPECT_FALSE(optional(kFields[0]).is_required);
}

}  // namespace
}  // namespace wdx::rest
