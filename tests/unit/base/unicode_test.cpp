#include "base/unicode.hpp"

#include "base/unicode_tables.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include <gtest/gtest.h>

namespace wdx::base {
namespace {

std::string describe(std::string_view text) {
    const auto fault = find_utf8_fault(text);
    if (!fault) return "good";
    return std::to_string(fault->begin) + "-" + std::to_string(fault->end) + " " + fault->reason;
}

/// `12`, `-0`, `too large`, `too small` or `ValueError`.
std::string as_int(std::string_view text) {
    const auto number = parse_python_int(text);
    if (!number) return "ValueError";
    if (!number->in_range) return number->negative ? "too small" : "too large";
    return (number->negative && number->value == 0 ? "-" : "") + std::to_string(number->value);
}

std::string utf8(char32_t code_point) {
    std::string text;
    append_utf8(text, code_point);
    return text;
}

TEST(Utf8, AcceptsEveryLengthOfSequence) {
    for (const char32_t c : {U'\0', U'\x7F', U'\x80', U'\x7FF', U'\x800', U'\xD7FF', U'\xE000', U'\xFFFF',
                             static_cast<char32_t>(0x10000), static_cast<char32_t>(0x10FFFF)}) {
        EXPECT_TRUE(is_utf8(utf8(c))) << static_cast<unsigned>(c);
        EXPECT_TRUE(is_utf8("0123456789" + utf8(c) + "0123456789"));
    }
    EXPECT_TRUE(is_utf8(""));
}

TEST(Utf8, RefusesWhatRfc3629DoesNotAllow) {
    for (const std::string_view bad :
         {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80",
          "\xF5\x80\x80\x80", "\xFF", "\xC3", "\xE2\x80", "\xC3("}) {
        EXPECT_FALSE(is_utf8(bad)) << describe(bad);
    }
}

TEST(Utf8, NamesFaultsAsPythonDoes) {
    EXPECT_EQ(describe("0123456789\xFF"), "10-11 invalid start byte");
    EXPECT_EQ(describe("a\xE2\x82z"), "1-3 invalid continuation byte");
    EXPECT_EQ(describe("a\xF0\x9F\x98"), "1-4 unexpected end of data");
    EXPECT_EQ(describe("a\xED\xA0\x80"), "1-2 invalid continuation byte");
}

TEST(CodePoints, AreReadOneByOne) {
    const std::string text = "a\u00E9\u20AC\U0001F600";
    std::size_t position = 0;
    for (const char32_t expected : {U'a', U'\u00E9', U'\u20AC', U'\U0001F600'}) {
        EXPECT_EQ(next_code_point(text, position), expected);
    }
    EXPECT_EQ(position, text.size());
    EXPECT_EQ(count_code_points(text), 4U);
}

TEST(CodePoints, ALoneSurrogateIsReadBackAndABadByteIsReplaced) {
    std::size_t position = 0;
    EXPECT_EQ(next_code_point(utf8(0xD800), position), 0xD800U);
    EXPECT_EQ(position, 3U);
    position = 0;
    EXPECT_EQ(next_code_point("\xE0\x80\x80", position), 0xFFFDU);
    EXPECT_EQ(position, 1U);
}

template <typename Table>
bool is_in_rising_order(const Table& table) {
    const bool are_ranges =
        std::all_of(table.begin(), table.end(), [](const auto& range) { return range.first <= range.last; });
    const auto touches = [](const auto& one, const auto& next) { return one.last >= next.first; };
    return are_ranges && std::adjacent_find(table.begin(), table.end(), touches) == table.end();
}

TEST(UnicodeTables, AreInRisingOrder) {
    EXPECT_TRUE(std::is_sorted(kDecimalZeros.begin(), kDecimalZeros.end()));
    EXPECT_TRUE(is_in_rising_order(kDigits));
    EXPECT_TRUE(is_in_rising_order(kWordCharacters));
    EXPECT_TRUE(is_in_rising_order(kUpperCase));
}

TEST(Digits, AreDecimalOrNotAsInPython) {
    for (const char32_t c : {U'0', U'9', U'\u0669', U'\uFF11', U'\U0001FBF9'}) {
        EXPECT_TRUE(decimal_digit(c) && is_digit(c) && is_word_character(c)) << static_cast<unsigned>(c);
    }
    for (const char32_t c : {U'\u00B2', U'\u1369', U'\u2460', U'\U0001F10A'}) {
        EXPECT_TRUE(!decimal_digit(c) && is_digit(c) && is_word_character(c)) << static_cast<unsigned>(c);
    }
    for (const char32_t c : {U'/', U':', U'a', U'\u00BD', U'\u2167', U'\U0010FFFF'}) {
        EXPECT_FALSE(decimal_digit(c) || is_digit(c)) << static_cast<unsigned>(c);
    }
    EXPECT_EQ(decimal_digit(U'\u096A'), 4);
}

TEST(Digits, AreThoseOfUnicode15) {
    EXPECT_EQ(decimal_digit(U'\U00011F50'), 0);  // Kawi
    EXPECT_EQ(decimal_digit(U'\U00011F59'), 9);
    EXPECT_EQ(decimal_digit(U'\U0001E4F3'), 3);  // Nag Mundari
    EXPECT_TRUE(is_digit(U'\U00011F55'));
    EXPECT_FALSE(is_digit(U'\U00011F5A'));
    EXPECT_FALSE(is_digit(U'\U00010D41'));  // Garay: Unicode 16
}

TEST(WordCharacters, AreLettersNumbersAndTheUnderscore) {
    for (const char32_t c : {U'a', U'Z', U'5', U'_', U'\u00AA', U'\u00BD', U'\u2167', U'\u4E00', U'\uD7A3',
                             U'\U0001D518', U'\U0002A6DF'}) {
        EXPECT_TRUE(is_word_character(c)) << static_cast<unsigned>(c);
    }
    for (const char32_t c :
         {U'\0', U' ', U'-', U'@', U'`', U'\u0301', U'\u200D', U'\u20AC', U'\uE000', U'\uFFFD', U'\U0010FFFF'}) {
        EXPECT_FALSE(is_word_character(c)) << static_cast<unsigned>(c);
    }
}

TEST(WordCharacters, AreThoseOfUnicode15) {
    EXPECT_TRUE(is_word_character(U'\U00011F04'));  // Kawi
    EXPECT_TRUE(is_word_character(U'\U00031350'));  // CJK extension H
    EXPECT_TRUE(is_word_character(U'\U000323AF'));  // and its end
    EXPECT_FALSE(is_word_character(U'\U000323B0'));
    EXPECT_FALSE(is_word_character(U'\U0002EBF0'));  // CJK extension I: Unicode 15.1
}

TEST(LowerCase, IsThatOfOneCharacter) {
    EXPECT_EQ(to_lower(U'A'), U'a');
    EXPECT_EQ(to_lower(U'a'), U'a');
    EXPECT_EQ(to_lower(U'['), U'[');
    EXPECT_EQ(to_lower(U'\u00DC'), U'\u00FC');
    EXPECT_EQ(to_lower(U'\u00DF'), U'\u00DF');
    EXPECT_EQ(to_lower(U'\u0100'), U'\u0101');  // these letters take turns
    EXPECT_EQ(to_lower(U'\u0101'), U'\u0101');
    EXPECT_EQ(to_lower(U'\u03A9'), U'\u03C9');
    EXPECT_EQ(to_lower(U'\u1E9E'), U'\u00DF');
    EXPECT_EQ(to_lower(U'\u2126'), U'\u03C9');
    EXPECT_EQ(to_lower(U'\U00010400'), U'\U00010428');
    EXPECT_EQ(to_lower(U'\U0010FFFF'), U'\U0010FFFF');
}

TEST(Strip, RemovesPythonsWhiteSpaceAtBothEnds) {
    EXPECT_EQ(strip("\u3000\x1C\u0085\t a b \u2028\u00A0\x1F"), "a b");
    EXPECT_EQ(strip(" \u2003 "), "");
    EXPECT_EQ(strip(""), "");
    EXPECT_EQ(strip("\u200Ba\uFEFF"), "\u200Ba\uFEFF");  // zero width is not white space
}

TEST(PythonInt, ReadsWhatPythonReads) {
    EXPECT_EQ(as_int("12"), "12");
    EXPECT_EQ(as_int(" \t+12\u2028"), "12");
    EXPECT_EQ(as_int("-007"), "-7");
    EXPECT_EQ(as_int("-0"), "-0");
    EXPECT_EQ(as_int("1_2"), "12");
    EXPECT_EQ(as_int("\uFF11\u0662\u096A"), "124");
    EXPECT_EQ(as_int(std::string(4299, '0') + "7"), "7");
}

TEST(PythonInt, RefusesWhatPythonRefuses) {
    for (const std::string_view bad : {"", " ", "+", "-", "+ 1", "--1", "_1", "1_", "1__2", "+_1", "1 2", "1.0", "0x1",
                                       "\x1C"
                                       "1",
                                       "\u00B2", "1\xFF"}) {
        EXPECT_EQ(as_int(bad), "ValueError") << bad;
    }
    EXPECT_EQ(as_int(std::string_view("1\0", 2)), "ValueError");
    EXPECT_EQ(as_int(std::string(4301, '0')), "ValueError");
}

TEST(PythonInt, SaysWhenSixtyFourBitsAreNotEnough) {
    EXPECT_EQ(as_int("9223372036854775807"), "9223372036854775807");
    EXPECT_EQ(as_int("9223372036854775808"), "too large");
    EXPECT_EQ(as_int("-9223372036854775808"), "-9223372036854775808");
    EXPECT_EQ(as_int("-9223372036854775809"), "too small");
    EXPECT_EQ(as_int(std::string(4300, '9')), "too large");
}

TEST(PythonFloatRepr, IsShortestAndTurnsScientificWherePythonDoes) {
    EXPECT_EQ(python_float_repr(0.0), "0.0");
    EXPECT_EQ(python_float_repr(-0.0), "-0.0");
    EXPECT_EQ(python_float_repr(0.1), "0.1");
    EXPECT_EQ(python_float_repr(12345), "12345.0");
    EXPECT_EQ(python_float_repr(-1234.5), "-1234.5");
    EXPECT_EQ(python_float_repr(1e15), "1000000000000000.0");
    EXPECT_EQ(python_float_repr(1e16), "1e+16");
    EXPECT_EQ(python_float_repr(1.5e300), "1.5e+300");
    EXPECT_EQ(python_float_repr(0.0001), "0.0001");
    EXPECT_EQ(python_float_repr(0.00001), "1e-05");
    EXPECT_EQ(python_float_repr(5e-324), "5e-324");
    EXPECT_EQ(python_float_repr(std::numeric_limits<double>::infinity()), "inf");
    EXPECT_EQ(python_float_repr(-std::numeric_limits<double>::infinity()), "-inf");
    EXPECT_EQ(python_float_repr(std::numeric_limits<double>::quiet_NaN()), "nan");
}

TEST(IsInvisible, KnowsWhatShowsNothing) {
    for (const char32_t point :
         std::u32string_view(U"\x1B\x7F\u009F\u00AD\u200B\u200F\u202E\u2060\uFE0F\uFEFF\u3164\U000E0001"))
        EXPECT_TRUE(is_invisible(point)) << static_cast<unsigned>(point);
    for (const char32_t point :
         {U' ', U'\t', U'\n', U'\x1C', U'\u0085', U'\u00A0', U'a', U'\u0301', U'\u2010', U'\u2028'})
        EXPECT_FALSE(is_invisible(point)) << static_cast<unsigned>(point);
    const auto ranges = invisible_characters();
    for (std::size_t i = 1; i < ranges.size(); ++i) EXPECT_GT(ranges[i].first, ranges[i - 1].last);
}

TEST(IsLineBreak, KnowsAllThatEndALine) {
    for (const char32_t point : {U'\n', U'\v', U'\f', U'\r', U'\u0085', U'\u2028', U'\u2029'})
        EXPECT_TRUE(is_line_break(point));
    for (const char32_t point : {U' ', U'\t', U'\x1C', U'\u00A0'}) EXPECT_FALSE(is_line_break(point));
}

}  // namespace
}  // namespace wdx::base
