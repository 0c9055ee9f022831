#include "base/ascii.hpp"

#include <gtest/gtest.h>

namespace wdx::base {
namespace {

TEST(AsciiLower, ChangesOnlyAToZ) {
    EXPECT_EQ(ascii_lower("AZ az 09 @[`{"), "az az 09 @[`{");
    EXPECT_EQ(ascii_lower("\xc3\x84 \xff"), "\xc3\x84 \xff");
    EXPECT_EQ(ascii_lower('Q'), 'q');
}

TEST(EqualsIgnoringAsciiCase, ComparesWholeTexts) {
    EXPECT_TRUE(equals_ignoring_ascii_case("Basic", "bASIC"));
    EXPECT_FALSE(equals_ignoring_ascii_case("Basic", "Basic "));
    EXPECT_FALSE(equals_ignoring_ascii_case("", "a"));
    EXPECT_FALSE(equals_ignoring_ascii_case("\xc3\x84", "\xc3\xa4"));
}

}  // namespace
}  // namespace wdx::base
