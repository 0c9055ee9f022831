#include "rest/coding.hpp"

#include <gtest/gtest.h>

namespace wdx::rest {
namespace {

std::string_view choose(std::string_view accept) {
    return choose_coding(accept, {"br", "gzip"});
}

TEST(ChooseCoding, TakesTheFirstOfTheServersThatIsNamed) {
    EXPECT_EQ(choose("gzip, deflate, br"), "br");
    EXPECT_EQ(choose("gzip, deflate"), "gzip");
    EXPECT_EQ(choose("GZIP;q=0.5"), "gzip");
    EXPECT_EQ(choose(" deflate ,\tgzip ; q=1.0 "), "gzip");
}

TEST(ChooseCoding, SendsTheBytesAsTheyAreWhereNothingFits) {
    EXPECT_EQ(choose(""), "");
    EXPECT_EQ(choose("identity"), "");
    EXPECT_EQ(choose("brotli, xgzip"), "");
}

TEST(ChooseCoding, TakesNothingThatIsRefused) {
    EXPECT_EQ(choose("br;q=0, gzip"), "gzip");
    EXPECT_EQ(choose("br;q=0.000, gzip;q=0"), "");
    EXPECT_EQ(choose("*;q=0"), "");
    EXPECT_EQ(choose("br;q=0, *"), "gzip");
    EXPECT_EQ(choose("*"), "br");
}

}  // namespace
}  // namespace wdx::rest
