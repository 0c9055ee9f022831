#include "model/handle.hpp"

#include <gtest/gtest.h>

namespace wdx::model {
namespace {

TEST(PlainHandle, LeavesWhatXMeans) {
    for (const char* const text : {"a_B1", "@a_B1", "@@a_B1", " @ a_B1 ", "a_B1\n", "\r\na_B1\u2028", "a\n_B1",
                                   "a_B1\u200B", "\uFEFF@a_B1", "\u202Aa_B1\u202C", "\u00A0a_B1\u3000",
                                   "\uFF20\uFE6B"
                                   "a_B1",
                                   "a\u00AD_B1", "\x01@a_B1\x7F"})
        EXPECT_EQ(plain_handle(text), "a_B1") << text;
}

TEST(PlainHandle, KeepsEverythingElse) {
    for (const char* const text : {"a b", "a@b", "\u65E5\u672C", "e\u0301", "a\tb"})
        EXPECT_EQ(plain_handle(text), text);
    for (const char* const text : {"", "@", " @ \u200B", "\n"}) EXPECT_EQ(plain_handle(text), "") << text;
}

}  // namespace
}  // namespace wdx::model
