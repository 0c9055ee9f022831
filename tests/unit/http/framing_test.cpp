#include "http/framing.hpp"

#include <string>

#include <gtest/gtest.h>

namespace wdx::http {
namespace {

using namespace std::string_literals;

/// `good`, or status and detail.
std::string judge(std::string_view head, const HeadLimits& limits = {}) {
    const auto fault = check_head(head, limits);
    return fault ? std::to_string(fault->status) + ' ' + std::string(fault->detail) : "good";
}

std::string with_fields(const std::string& fields, const std::string& version = "1.1") {
    return judge("POST /x HTTP/" + version + "\r\n" + fields + "\r\n");
}

TEST(CheckHead, AcceptsAnOrdinaryHead) {
    EXPECT_EQ(judge("GET /api/users/?a=1 HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n"), "good");
    EXPECT_EQ(judge("GET / HTTP/1.0\r\n\r\n"), "good");
    EXPECT_EQ(judge("OPTIONS * HTTP/1.1\r\nHost:\r\n\r\n"), "good");
}

TEST(CheckHead, RefusesLineEndsOtherThanCrlf) {
    EXPECT_EQ(judge("GET / HTTP/1.1\nHost: a\r\n\r\n"), "400 Line not ended by CRLF.");
    EXPECT_EQ(judge("GET / HTTP/1.1\r\nHost: a\n\r\n"), "400 Line not ended by CRLF.");
    EXPECT_EQ(judge("GET / HTTP/1.1\r\nHost: a\r\n\n"), "400 Line not ended by CRLF.");
    EXPECT_EQ(judge("GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n"), "400 Control character in a header.");
    EXPECT_EQ(judge("GET / HTTP/1.1\r\r\nHost: a\r\n\r\n"), "400 Malformed request line.");
}

TEST(CheckHead, RefusesAMalformedRequestLine) {
    for (const std::string line :
         {"GET", "GET /", "GET  / HTTP/1.1", "GET / x HTTP/1.1", " GET / HTTP/1.1", "GET / HTTP/1.1 ", "G(T / HTTP/1.1",
          "GET\t/ HTTP/1.1", "GET /\t HTTP/1.1", "GET / http/1.1", "GET / HTTP/1", "GET / HTTP/11", "GET / HTTP/1.x",
          "GET /\x01 HTTP/1.1", "", "GET / HTTP/1.10"})
        EXPECT_EQ(judge(line + "\r\nHost: a\r\n\r\n"), "400 Malformed request line.") << line;
    EXPECT_EQ(judge("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"s), "400 Malformed request line.");
}

TEST(CheckHead, RefusesOtherVersionsOfHttp) {
    for (const std::string version : {"0.9", "1.2", "2.0", "3.0"})
        EXPECT_EQ(with_fields("Host: a\r\n", version), "505 HTTP version not supported.") << version;
}

TEST(CheckHead, WantsAPathOrAWholeUrlOrAnAsteriskWithOptions) {
    const auto with_target = [](const std::string& method, const std::string& target) {
        return judge(method + ' ' + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
    };
    for (const std::string target : {"/", "//a/b", "/a?b#c", "http://a", "https://a/b", "HTTP://A/", "hTTps://a?b"})
        EXPECT_EQ(with_target("GET", target), "good") << target;
    for (const std::string target : {"*", "a", "a/b", "a:80", "http:/a", "http://", "http:///a", "http://?a",
                                     "http://#a", "ftp://a/", "?a", "#a", "\\a", "%2Fa"})
        EXPECT_EQ(with_target("GET", target), "400 Unsupported request target.") << target;
    EXPECT_EQ(with_target("options", "*"), "400 Unsupported request target.");
    for (const std::string target : {"a:80", "/", "http://a/", "*"})
        EXPECT_EQ(with_target("CONNECT", target), "400 Unsupported request target.") << target;
}

TEST(CheckHead, LeavesBytesBeyondAsciiInTargetAndValuesAlone) {
    EXPECT_EQ(judge("GET /\xC3\xA9\xFF HTTP/1.1\r\nHost: a\r\nX: \xE9\ta\r\n\r\n"), "good");
}

TEST(CheckHead, RefusesMalformedFieldNames) {
    for (const std::string line : {"Host : a", ": a", "no colon", "Ho st: a", "H\xC3\xB6st: a", "Host(: a", "\x7F: a"})
        EXPECT_EQ(with_fields("Host: a\r\n" + line + "\r\n"), "400 Malformed header name.") << line;
}

TEST(CheckHead, RefusesFoldedLinesAndControlCharacters) {
    EXPECT_EQ(with_fields("Host: a\r\n b: c\r\n"), "400 Folded header line.");
    EXPECT_EQ(with_fields("Host: a\r\nX: 1\r\n\t2\r\n"), "400 Folded header line.");
    EXPECT_EQ(with_fields(" Host: a\r\n"), "400 Folded header line.");
    EXPECT_EQ(with_fields("Host: a\r\nX: \0\r\n"s), "400 Control character in a header.");
    EXPECT_EQ(with_fields("Host: a\r\nX: \x1F\r\n"), "400 Control character in a header.");
    EXPECT_EQ(with_fields("Host: a\r\nX: \x7F\r\n"), "400 Control character in a header.");
}

TEST(CheckHead, WantsOneHost) {
    EXPECT_EQ(with_fields(""), "400 Missing Host.");
    EXPECT_EQ(with_fields("Host: a\r\nhOST: a\r\n"), "400 More than one Host.");
    EXPECT_EQ(with_fields("", "1.0"), "good");
    EXPECT_EQ(with_fields("Host: a\r\nHost: b\r\n", "1.0"), "400 More than one Host.");
}

TEST(CheckHead, WantsOneContentLengthOfDigits) {
    EXPECT_EQ(with_fields("Host: a\r\nContent-Length:  0012\t\r\n"), "good");
    EXPECT_EQ(with_fields("Host: a\r\nContent-Length: 1\r\ncontent-length: 1\r\n"),
              "400 More than one Content-Length.");
    for (const std::string value : {"", "+1", "-1", "1,1", "1 1", "0x1", "1.0", "a", "9999999999999999999"})
        EXPECT_EQ(with_fields("Host: a\r\nContent-Length: " + value + "\r\n"), "400 Malformed Content-Length.")
            << value;
}

TEST(CheckHead, WantsChunkedAloneAndOnlyInHttp11) {
    EXPECT_EQ(with_fields("Host: a\r\nTransfer-Encoding: Chunked \r\n"), "good");
    EXPECT_EQ(with_fields("Host: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n"),
              "400 Both Content-Length and Transfer-Encoding.");
    EXPECT_EQ(with_fields("Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
              "400 More than one Transfer-Encoding.");
    for (const std::string value :
         {"", "gzip", "gzip, chunked", "chunked, chunked", "identity", "xchunked", "\"chunked\""})
        EXPECT_EQ(with_fields("Host: a\r\nTransfer-Encoding: " + value + "\r\n"), "400 Unsupported Transfer-Encoding.")
            << value;
    EXPECT_EQ(with_fields("Host: a\r\nTransfer-Encoding: chunked\r\n", "1.0"), "400 Transfer-Encoding in HTTP/1.0.");
}

TEST(CheckHead, MeasuresTheRequestLine) {
    const HeadLimits limits{.request_line = 20, .headers = 100};
    EXPECT_EQ(judge("GET /" + std::string(6, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n", limits), "good");
    EXPECT_EQ(judge("GET /" + std::string(7, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n", limits),
              "414 Request line too long.");
    EXPECT_EQ(judge("GET /" + std::string(40, 'x'), limits), "414 Request line too long.");
}

TEST(CheckHead, MeasuresTheFieldsTogether) {
    const HeadLimits limits{.request_line = 20, .headers = 40};
    const std::string begin = "GET / HTTP/1.1\r\nHost: a\r\n";
    EXPECT_EQ(judge(begin + "X: " + std::string(20, 'x') + "\r\n\r\n", limits), "good");
    EXPECT_EQ(judge(begin + "X: " + std::string(40, 'x') + "\r\n\r\n", limits), "431 Request headers too large.");
    EXPECT_EQ(judge(begin + "X: " + std::string(40, 'x'), limits), "431 Request headers too large.");
}

TEST(CheckHead, RefusesAHeadWithoutItsEnd) {
    EXPECT_EQ(judge(""), "400 Malformed request.");
    EXPECT_EQ(judge("GET / HTTP/1.1\r\nHost: a\r\n"), "400 Malformed request.");
    EXPECT_EQ(judge("GET / HTTP/1.1\r\nHost: a"), "400 Line not ended by CRLF.");
}

TEST(FindHeadEnd, FindsTheEmptyLineHoweverTheBytesArrive) {
    const std::string head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    for (std::size_t piece = 1; piece <= head.size(); ++piece) {
        std::size_t scanned = 0;
        std::optional<std::size_t> end;
        std::size_t received = 0;
        while (!end && received < head.size()) {
            received = std::min(received + piece, head.size());
            end = find_head_end(std::string_view(head).substr(0, received), scanned);
        }
        EXPECT_EQ(end, head.size()) << piece;
    }
}

TEST(FindHeadEnd, StopsBeforeTheBody) {
    std::size_t scanned = 0;
    EXPECT_EQ(find_head_end("A\r\n\r\nbody\r\n\r\n", scanned), 5U);
}

TEST(FindHeadEnd, FindsAnEndOfBareLineFeedsSoThatItCanBeRefused) {
    std::size_t scanned = 0;
    EXPECT_EQ(find_head_end("A\n\nB", scanned), 3U);
    scanned = 0;
    EXPECT_EQ(find_head_end("A\n\r\nB", scanned), 4U);
}

TEST(FindHeadEnd, WaitsForMore) {
    std::size_t scanned = 0;
    for (const std::string_view text : {"", "A", "A\r", "A\r\n", "A\r\n\r"})
        EXPECT_EQ(find_head_end(text, scanned), std::nullopt);
}

TEST(RequestId, IsSaneWhenItCannotDisturbALog) {
    EXPECT_TRUE(is_sane_request_id("aZ09._-"));
    EXPECT_TRUE(is_sane_request_id(std::string(128, 'a')));
    EXPECT_FALSE(is_sane_request_id(std::string(129, 'a')));
    for (const std::string_view id : {"", "a b", "a\"b", "a\nb", "\xC3\xA9", "a/b"})
        EXPECT_FALSE(is_sane_request_id(id));
}

}  // namespace
}  // namespace wdx::http
