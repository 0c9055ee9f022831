#include "base/base64.hpp"

#include <string>

#include <gtest/gtest.h>

namespace wdx::base {
namespace {

std::string decode(std::string_view text) {
    return base64url_decode(text).value_or("refused");
}

/// What Python's `base64.b64decode` returns, `error` where it raises.
std::string decode_lenient(std::string_view text) {
    return base64_decode_lenient(text).value_or("error");
}

TEST(Base64Url, EncodesEveryLengthWithoutPadding) {
    EXPECT_EQ(base64url_encode(""), "");
    EXPECT_EQ(base64url_encode("f"), "Zg");
    EXPECT_EQ(base64url_encode("fo"), "Zm8");
    EXPECT_EQ(base64url_encode("foo"), "Zm9v");
    EXPECT_EQ(base64url_encode("foobar"), "Zm9vYmFy");
}

TEST(Base64Url, UsesTheAlphabetOfUrls) {
    EXPECT_EQ(base64url_encode("\xFB\xFF\xFE"), "-__-");
    EXPECT_EQ(decode("-__-"), "\xFB\xFF\xFE");
}

TEST(Base64Url, ReadsBackEveryByte) {
    std::string bytes;
    for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
    for (std::size_t size = 0; size <= bytes.size(); ++size)
        EXPECT_EQ(base64url_decode(base64url_encode(bytes.substr(0, size))), bytes.substr(0, size));
}

TEST(Base64Url, RefusesWhatNoEncoderWrites) {
    EXPECT_EQ(decode("Zg=="), "refused");
    EXPECT_EQ(decode("+//+"), "refused");
    EXPECT_EQ(decode("Zg "), "refused");
    EXPECT_EQ(decode("Z"), "refused");
    EXPECT_EQ(decode("Zm9vY"), "refused");
    EXPECT_EQ(decode(std::string_view("Zm\0v", 4)), "refused");
    EXPECT_EQ(decode("Zm9\xC3"), "refused");
}

TEST(Base64Url, RefusesUnusedBitsThatAreNotZero) {
    EXPECT_EQ(decode("Zh"), "refused");
    EXPECT_EQ(decode("Zm9"), "refused");
}

TEST(LenientBase64, ReadsPaddedText) {
    EXPECT_EQ(decode_lenient(""), "");
    EXPECT_EQ(decode_lenient("YQ=="), "a");
    EXPECT_EQ(decode_lenient("YWI="), "ab");
    EXPECT_EQ(decode_lenient("YWJj"), "abc");
    EXPECT_EQ(decode_lenient("d2F0Y2hkeGc6d2F0Y2hkeGc="), "watchdxg:watchdxg");
}

TEST(LenientBase64, RefusesMissingPaddingAsPythonDoes) {
    EXPECT_EQ(decode_lenient("YQ"), "error");
    EXPECT_EQ(decode_lenient("YWI"), "error");
    EXPECT_EQ(decode_lenient("YQ="), "error");
    EXPECT_EQ(decode_lenient("YQ=Y"), "error");
    EXPECT_EQ(decode_lenient("Y"), "error");
    EXPECT_EQ(decode_lenient("Y==="), "error");
}

TEST(LenientBase64, SkipsForeignCharactersAsPythonDoes) {
    EXPECT_EQ(decode_lenient("!!!!"), "");
    EXPECT_EQ(decode_lenient("-_-_"), "");
    EXPECT_EQ(decode_lenient("Y Q\n=\t="), "a");
    EXPECT_EQ(decode_lenient("YQ=\xFF="), "a");
    EXPECT_EQ(decode_lenient("=YQ=="), "a");
    EXPECT_EQ(decode_lenient("Y=WJj"), "abc");
    EXPECT_EQ(decode_lenient("===="), "");
}

TEST(LenientBase64, StopsAtTheEndOfThePadding) {
    EXPECT_EQ(decode_lenient("YQ==YWJj"), "a");
    EXPECT_EQ(decode_lenient("YWJjZA==xx"), "abcd");
    EXPECT_EQ(decode_lenient("YWI=YWI="), "ab");
    EXPECT_EQ(decode_lenient("YWJ=j"), "ab");
    EXPECT_EQ(decode_lenient("YW=I="), "ab");
    EXPECT_EQ(decode_lenient("YQ=Y="), "a\x06");
}

TEST(LenientBase64, IgnoresPaddingThatNothingNeedsAndUnusedBits) {
    EXPECT_EQ(decode_lenient("YWJj="), "abc");
    EXPECT_EQ(decode_lenient("YWJj=="), "abc");
    EXPECT_EQ(decode_lenient("YR=="), "a");
}

}  // namespace
}  // namespace wdx::base
