#include "http/chunked_body.hpp"

#include <gtest/gtest.h>

namespace wdx::http {
namespace {

constexpr std::size_t kMostBytes = 20;
constexpr std::size_t kMostExtras = 30;

std::string_view name_of(ChunkedBody::State state) {
    switch (state) {
        case ChunkedBody::State::needs_more:
            return "needs more";
        case ChunkedBody::State::complete:
            return "complete";
        case ChunkedBody::State::malformed:
            return "malformed";
        case ChunkedBody::State::too_large:
            break;
    }
    return "too large";
}

/// `complete: body|what follows`, or the other state; the same whatever the pieces in which the bytes come.
std::string read(const std::string& bytes) {
    std::string first;
    for (std::size_t step = 1; step <= bytes.size();
         step = step < 4 ? step + 1 : bytes.size() + (step == bytes.size())) {
        ChunkedBody chunks(kMostBytes, kMostExtras);
        std::string input;
        std::string body;
        auto state = ChunkedBody::State::needs_more;
        std::size_t at = 0;
        for (; at < bytes.size() && state == ChunkedBody::State::needs_more; at += step) {
            input += bytes.substr(at, step);
            state = chunks.take(input, body);
        }
        std::string result(name_of(state));
        if (state == ChunkedBody::State::complete)
            result += ": " + body + '|' + input + (at < bytes.size() ? bytes.substr(at) : "");
        if (first.empty()) first = result;
        EXPECT_EQ(result, first) << bytes << " in pieces of " << step;
    }
    return first;
}

TEST(ChunkedBody, IsPutTogetherAndEndsWhereItEnds) {
    EXPECT_EQ(read("5\r\nhello\r\n0\r\n\r\nGET"), "complete: hello|GET");
    EXPECT_EQ(read("1\r\n\r\r\n1\r\n\n\r\n0\r\n\r\n"), "complete: \r\n|");
    EXPECT_EQ(read("0\r\n\r\n"), "complete: |");
    EXPECT_EQ(read("A\r\n0123456789\r\n000a\r\n0123456789\r\n000\r\n\r\n"), "complete: 01234567890123456789|");
    EXPECT_EQ(read("5\r\nhel"), "needs more");
    EXPECT_EQ(read("5\r\nhello\r\n0\r\n"), "needs more");
}

TEST(ChunkedBody, HasSizesOfHexadecimalDigitsAlone) {
    for (const std::string size : {"", "g", "-1", "+1", "0x1", " 1", "1 ", "1\t", "1_0", "1.", "00000000000000001",
                                   "10000000000000000", "\xD9\xA1"})
        EXPECT_EQ(read(size + "\r\nh\r\n0\r\n\r\n"), "malformed") << size;
    EXPECT_EQ(read(std::string("1\0\r\nh\r\n0\r\n\r\n", 12)), "malformed");
}

TEST(ChunkedBody, IsRefusedBeforeMoreComesThanItMayHave) {
    EXPECT_EQ(read("14\r\n01234567890123456789\r\n0\r\n\r\n"), "complete: 01234567890123456789|");
    EXPECT_EQ(read("15\r\n"), "too large");
    EXPECT_EQ(read("A\r\n0123456789\r\nB\r\n"), "too large");
    EXPECT_EQ(read("ffffffffffffffff\r\n"), "too large");
}

TEST(ChunkedBody, HasLinesThatEndInCrlf) {
    for (const std::string bytes : {"1\nh\r\n0\r\n\r\n", "1\r\nh\n0\r\n\r\n", "1\r\nh\r\n0\n\r\n", "1\r\nh\r\n0\r\n\n",
                                    "1\r\nhh\r\n0\r\n\r\n", "2\r\nh\r\n0\r\n\r\n", "1\r\nh\r0\r\n\r\n",
                                    "1\r\r\nh\r\n0\r\n\r\n", "1\rh\r\n0\r\n\r\n", "1\r\nh\r\n0\r\nA: 1\n\r\n"})
        EXPECT_EQ(read(bytes), "malformed") << bytes;
}

TEST(ChunkedBody, DropsExtensions) {
    for (const std::string extension :
         {";a", ";a=b", ";a;b=c", " ; a\t= b", ";a=\"\"", ";a=\"b;c\\\"d\\\\\"", ";a=\"\t\xE9\""})
        EXPECT_EQ(read("1" + extension + "\r\nh\r\n0;last\r\n\r\n"), "complete: h|") << extension;
    for (const std::string extension : {";", ";;a", ";=b", ";a=", "z", " a", ";a b", ";a=b c", ";a=\"b", ";a=\"b\\",
                                        ";a=\"b\"c", ";a ", ";a=b;", ";a\x01"})
        EXPECT_EQ(read("1" + extension + "\r\nh\r\n0\r\n\r\n"), "malformed") << extension;
}

TEST(ChunkedBody, BoundsExtensionsInSum) {
    const std::string ten = "1;" + std::string(9, 'a') + "\r\nh\r\n";
    EXPECT_EQ(read(ten + ten + ten + "0\r\n\r\n"), "complete: hhh|");
    EXPECT_EQ(read(ten + ten + ten + "0;a\r\n\r\n"), "malformed");
    EXPECT_EQ(read("1;" + std::string(100, 'a')), "malformed");  // without waiting for the end of the line
}

TEST(ChunkedBody, DropsTrailersAndBoundsThem) {
    EXPECT_EQ(read("0\r\nA: 1\r\nB:\t\xE9\r\n\r\nx"), "complete: |x");
    for (const std::string trailer :
         {"A", ": 1", "A : 1", " A: 1", "A: 1\r\n 2", "A: 1\r\n\t2", "A: 1\r\n ", "A: \x01", "A: 1\r2"})
        EXPECT_EQ(read("0\r\n" + trailer + "\r\n\r\n"), "malformed") << trailer;
    EXPECT_EQ(read("0\r\nA: " + std::string(27, 'a') + "\r\n\r\n"), "complete: |");
    EXPECT_EQ(read("0\r\nA: " + std::string(10, 'a') + "\r\nA: " + std::string(20, 'a') + "\r\n\r\n"), "malformed");
    EXPECT_EQ(read("0\r\nA: " + std::string(100, 'a')), "malformed");
}

}  // namespace
}  // namespace wdx::http
