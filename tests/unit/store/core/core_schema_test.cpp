#include "store/core/core_schema.hpp"

#include <gmock/gmock.h>

namespace wdx::store {
namespace {

using Names = std::vector<std::string>;
using testing::AllOf;
using testing::Contains;
using testing::IsSupersetOf;
using testing::Not;

TEST(CoreSchemaOf, HasWhatEachGenerationHad) {
    const CoreSchema v1 = CoreSchema::of("v1");
    EXPECT_EQ(v1.generation(), "v1");
    EXPECT_EQ(v1.type("users", "created_at"), "timestamp with time zone");
    EXPECT_FALSE(v1.has("posts"));
    const CoreSchema v2 = CoreSchema::of("v2");
    EXPECT_EQ(v2.generation(), "v2");
    EXPECT_TRUE(v2.has("posts"));
    EXPECT_EQ(v2.type("users", "last_updated"), "");
    const CoreSchema v3 = CoreSchema::of("v3");
    EXPECT_EQ(v3.generation(), "v3");
    EXPECT_EQ(v3.type("users", "created_at"), "date");
}

TEST(CoreSchemaOf, HasColumnsAlone) {
    const CoreSchema schema = CoreSchema::of("v3");
    EXPECT_EQ(schema.type("users", "risk"), "");
    EXPECT_EQ(schema.type("posts", "id_str"), "");
    EXPECT_FALSE(schema.has("watchdxg_log"));
}

TEST(CoreSchema, NamesWhatIsMissing) {
    EXPECT_EQ(CoreSchema().missing_needed(), (Names{"accounts", "users"}));
    EXPECT_EQ(CoreSchema::of("v1").missing_needed(), Names{});
    EXPECT_THAT(CoreSchema::of("v1").missing_later(),
                IsSupersetOf({"users.certified", "users.last_updated", "posts", "classification", "actions"}));
    EXPECT_THAT(CoreSchema::of("v2").missing_later(), AllOf(Contains("users.last_updated"), Not(Contains("posts"))));
    EXPECT_EQ(CoreSchema::of("v3").missing_later(), Names{});
}

}  // namespace
}  // namespace wdx::store
