#include "db/undecodable.hpp"

#include <gtest/gtest.h>

namespace wdx::db {
namespace {

TEST(WithUndecodableStringsNull, LeavesWhatIsUtf8) {
    for (const std::string_view json :
         {R"({"a": [1, "x", null, "é\"\\", ""], "b": {"c": "\u00e9"}})", "[]", R"("x")", "7", ""})
        EXPECT_EQ(with_undecodable_strings_null(json), json);
}

TEST(WithUndecodableStringsNull, ReplacesTheStringAndNothingElse) {
    EXPECT_EQ(with_undecodable_strings_null("{\"a\":\"\xFF\",\"b\":[\"caf\xE9\\\"\", \"c\"]}"),
              R"({"a":null,"b":[null, "c"]})");
    EXPECT_EQ(with_undecodable_strings_null("[\"half a letter: \xC3\"]"), "[null]");
}

TEST(WithUndecodableStringsNull, EndsWithTheTextWhereAStringDoesNot) {
    EXPECT_EQ(with_undecodable_strings_null("[\"a"), "[\"a");
    EXPECT_EQ(with_undecodable_strings_null("[\"\xFF\\"), "[null");
}

}  // namespace
}  // namespace wdx::db
