#include "store/core/field_sql.hpp"

#include <gtest/gtest.h>

namespace wdx::store {
namespace {

TEST(FindFieldSql, KnowsWhatIsNoColumnAndNothingElse) {
    for (const model::Resource* resource : model::all_resources())
        for (const model::Field& field : resource->fields) {
            const bool of_many = field.type == model::Type::verdict || field.type == model::Type::signals ||
                                 field.type == model::Type::people || field.type == model::Type::cohorts;
            EXPECT_EQ(find_field_sql(*resource, field) != nullptr, !field.is_column && !of_many)
                << resource->name << '.' << field.name;
        }
}

TEST(UserIdSql, NamesTheColumn) {
    EXPECT_EQ(user_id_sql(model::kUsers), "t.id");
    EXPECT_EQ(user_id_sql(model::kPosts), "t.user_id");
}

}  // namespace
}  // namespace wdx::store
