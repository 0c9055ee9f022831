#include "cli/username.hpp"

#include <string>

#include <gtest/gtest.h>

namespace wdx::cli {
namespace {

TEST(UsernameFault, TakesWordCharactersOfEveryScriptAndFourSigns) {
    for (const char* name : {"a", "Z9_", "a@b.c+d-e", "Ünïcode日本", "४२", "Ⅷ", "𝔘", "ª", "\U00011F04\U00011F50"})
        EXPECT_EQ(username_fault(name), "") << name;
}

TEST(UsernameFault, RefusesEverythingElse) {
    for (const char* name : {"a b", " a", "a\n", "a/b", "€", "e\u0301", "\xff", "\xed\xa0\x80", "a\u200d", "!"})
        EXPECT_NE(username_fault(name), "") << name;
    EXPECT_NE(username_fault(std::string_view("a\0b", 3)), "");
    EXPECT_EQ(username_fault(""), "The username must not be empty.");
}

TEST(UsernameFault, CountsCharactersAndNotBytes) {
    std::string name;
    for (int i = 0; i < 150; ++i) name += "é";
    EXPECT_EQ(username_fault(name), "");
    EXPECT_EQ(username_fault(name + "é"), "Ensure this value has at most 150 characters (it has 151).");
}

}  // namespace
}  // namespace wdx::cli
