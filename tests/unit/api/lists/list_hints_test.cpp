#include "api/lists/list_hints.hpp"

#include <gtest/gtest.h>

namespace wdx::api {
namespace {

TEST(ListHints, KnowWhatWasRememberedLast) {
    ListHints hints;
    const ListHints::Key list = ListHints::key_of("/api/posts/");
    EXPECT_EQ(hints.is_long(list), std::nullopt);
    hints.remember(list, true);
    EXPECT_EQ(hints.is_long(list), true);
    EXPECT_EQ(hints.is_long(ListHints::key_of("/api/posts/?user_id=1")), std::nullopt);
    hints.remember(list, false);
    EXPECT_EQ(hints.is_long(list), false);
}

TEST(ListHints, DoNotGrowForEver) {
    ListHints hints;
    hints.remember(0, true);
    for (ListHints::Key list = 1; list < 10'000; ++list) hints.remember(list, true);
    EXPECT_EQ(hints.is_long(0), std::nullopt);
    EXPECT_EQ(hints.is_long(9'999), true);
}

}  // namespace
}  // namespace wdx::api
