#include "base/safe_text.hpp"

#include "base/unicode.hpp"

#include <string>

#include <gtest/gtest.h>

namespace wdx::base {
namespace {

using namespace std::string_literals;

TEST(EscapeControls, EscapesControlCharactersAlone) {
    EXPECT_EQ(escape_controls("a\r\nb\t\x1b[31m\x7f\0z"s), R"(a\x0d\x0ab\x09\x1b[31m\x7f\x00z)");
    EXPECT_EQ(escape_controls("\u65E5 \"\\'~\xFF"), "\u65E5 \"\\'~\xFF");
}

TEST(SafeText, ReplacesWhatIsNotUtf8) {
    EXPECT_EQ(safe_text("a\xFFz", 10), "a\uFFFDz");
    EXPECT_EQ(safe_text("\xE6\x97", 10), "\uFFFD\uFFFD");
    EXPECT_EQ(safe_text("\xC0\xAF", 10), "\uFFFD\uFFFD");
    EXPECT_EQ(safe_text("\xED\xA0\x80", 10), "\uFFFD");  // a surrogate
    EXPECT_EQ(safe_text("\xF5\x80\x80\x80", 2), "\uFFFD\uFFFD");
}

TEST(SafeText, CutsBetweenCharacters) {
    EXPECT_EQ(safe_text("\u65E5\u672C\u8A9E", 2), "\u65E5\u672C");
    EXPECT_EQ(safe_text("\U0001F4A9x", 1), "\U0001F4A9");
    EXPECT_EQ(safe_text("ab", 2), "ab");
    EXPECT_EQ(safe_text("ab", 0), "");
    EXPECT_EQ(safe_text("\n\nb", 2), R"(\x0a\x0a)");
}

TEST(SafeText, IsUtf8WithoutControlsWhateverComes) {
    std::string all;
    for (int first = 0; first < 256; ++first)
        for (int second = 0; second < 256; second += 5) {
            all += static_cast<char>(first);
            all += static_cast<char>(second);
        }
    const std::string safe = safe_text(all, all.size());
    EXPECT_TRUE(is_utf8(safe));
    EXPECT_EQ(safe, escape_controls(safe));
}

TEST(AsciiText, HasOneSignForEachCharacterBeyondAscii) {
    EXPECT_EQ(ascii_text("app \U0001F3A3 für 日本"), "app ? f?r ??");
    EXPECT_EQ(ascii_text("plain \t~"), "plain \t~");
    EXPECT_EQ(ascii_text(""), "");
}

}  // namespace
}  // namespace wdx::base
