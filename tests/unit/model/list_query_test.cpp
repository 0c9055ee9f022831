#include "model/list_query.hpp"

#include <gtest/gtest.h>

namespace wdx::model {
namespace {

std::string names_of(Type type) {
    const Field field{.name = "x", .type = type, .help = ""};
    std::string names;
    for (const Lookup lookup : lookups_of(Column{&field, type, true, "t.x"}))
        names += std::string(rule_of(lookup).name) + ' ';
    return names;
}

TEST(LookupsOf, GoByTheType) {
    EXPECT_EQ(names_of(Type::integer), "exact gt gte lt lte range in isnull ");
    EXPECT_EQ(names_of(Type::date_time), names_of(Type::integer));
    EXPECT_EQ(names_of(Type::text), "exact iexact contains icontains startswith istartswith in isnull ");
    EXPECT_EQ(names_of(Type::boolean), "exact isnull ");
    EXPECT_EQ(names_of(Type::json), "isnull ");
    EXPECT_EQ(names_of(Type::verdict), "");
}

}  // namespace
}  // namespace wdx::model
