#include "auth/password_validation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wdx::auth {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kSimilar = "The password is too similar to the username.";
constexpr const char* kShort = "This password is too short. It must contain at least 8 characters.";
constexpr const char* kCommon = "This password is too common.";
constexpr const char* kNumeric = "This password is entirely numeric.";

TEST(ValidatePassword, AcceptsAGoodOne) {
    EXPECT_THAT(validate_password("correct horse battery", "demo"), IsEmpty());
}

TEST(ValidatePassword, TellsEverythingThatIsWrongInDjangosOrder) {
    EXPECT_THAT(validate_password("123456", "1234567"), ElementsAre(kSimilar, kShort, kCommon, kNumeric));
}

TEST(ValidatePassword, RefusesTheUserNameInOtherClothes) {
    EXPECT_THAT(validate_password("watchdxg", "watchdxg"), ElementsAre(kSimilar));
    EXPECT_THAT(validate_password("GXDHCTAW", "watchdxg"), ElementsAre(kSimilar));  // order does not count
    EXPECT_THAT(validate_password("watchdxg123", "watchdxg"), ElementsAre(kSimilar));
    EXPECT_THAT(validate_password("J\u00DCRGENSEN", "j\u00FCrgensen"), ElementsAre(kSimilar));
    EXPECT_THAT(validate_password("watchdxg-but-rather-long", "watchdxg"), IsEmpty());
}

TEST(ValidatePassword, LooksAtThePartsOfTheUserName) {
    EXPECT_THAT(validate_password("smithson1", "jonathan.smithson@example"), ElementsAre(kSimilar));
    EXPECT_THAT(validate_password("jonathan_", "jonathan.smithson@example"), ElementsAre(kSimilar));
}

TEST(ValidatePassword, SkipsAUserNameThatIsEmptyOrOutOfProportion) {
    EXPECT_THAT(validate_password("aaaaaaaaaa-zz", ""), IsEmpty());
    EXPECT_THAT(validate_password("qzjvkwxpqz", "q"), IsEmpty());
}

TEST(ValidatePassword, CountsCodePoints) {
    EXPECT_THAT(validate_password("\u00E9\u00E8\u20AC\U0001F600xyz", "demo"), ElementsAre(kShort));
    EXPECT_THAT(validate_password("\u00E9\u00E8\u20AC\U0001F600xyzw", "demo"), IsEmpty());
}

TEST(ValidatePassword, KnowsTheFirstTheLastAndAMiddleCommonPasswordInAnyCase) {
    for (const char* const common : {"!", "zzzzzzzzzz", "PassWord1", " iloveyou\t", "z k.lovemom"}) {
        EXPECT_THAT(validate_password(common, "nobody"), ::testing::Contains(kCommon)) << common;
    }
    EXPECT_THAT(validate_password("password1 \u00E9", "nobody"), IsEmpty());
}

TEST(ValidatePassword, RefusesDigitsOfAnyScript) {
    EXPECT_THAT(validate_password("\u0661\u0662\u0663\u0664\u00B2\u2460\u0665\u0666", "demo"), ElementsAre(kNumeric));
    EXPECT_THAT(
        validate_password("\U00011F50\U00011F54\U00011F53\U00011F57\U00011F55\U00011F58\U00011F52\U00011F59", "demo"),
        ElementsAre(kNumeric));  // Unicode 15
    EXPECT_THAT(validate_password("8675309867530.9", "demo"), IsEmpty());
    EXPECT_THAT(validate_password("", "demo"), ElementsAre(kShort));
}

}  // namespace
}  // namespace wdx::auth
