#include "insight/words.hpp"

#include <gtest/gtest.h>

namespace wdx::insight {
namespace {

TEST(Number, HasSeparatorsOfThousands) {
    EXPECT_EQ(number(0), "0");
    EXPECT_EQ(number(999), "999");
    EXPECT_EQ(number(4980), "4,980");
    EXPECT_EQ(number(-1234567.4), "-1,234,567");
    EXPECT_EQ(number(-0.2), "0");
}

TEST(Number, LeavesOutZerosBehindThePoint) {
    EXPECT_EQ(number(1234.5, 2), "1,234.5");
    EXPECT_EQ(number(7, 1), "7");
}

TEST(Counted, KnowsOneFromMany) {
    EXPECT_EQ(counted(1, "day", "days"), "1 day");
    EXPECT_EQ(counted(0, "day", "days"), "0 days");
    EXPECT_EQ(counted(1.4, "day", "days", 1), "1.4 days");
}

}  // namespace
}  // namespace wdx::insight
