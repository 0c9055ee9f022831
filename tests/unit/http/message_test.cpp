#include "http/make_request.hpp"

#include <string>

#include <gtest/gtest.h>

namespace wdx::http {
namespace {

Response plain(unsigned status, std::string body) {
    Response response;
    response.status = status;
    response.body = std::move(body);
    return response;
}

class EmptySource : public BodySource {
  public:
    boost::asio::awaitable<void> next(std::string&) override { co_return; }
    void cancel() override {}
};

Response streamed() {
    Response response;
    response.stream = std::make_unique<EmptySource>();
    return response;
}

/// The head without its Date line.
std::string head_of(const Response& response, bool keep_alive, unsigned version) {
    std::string head = serialize_head(response, keep_alive, version);
    const auto date = head.find("Date: ");
    head.erase(date, head.find("\r\n", date) + 2 - date);
    return head;
}

TEST(RequestHeader, JoinsRepeatedFieldsWithAComma) {
    const Request request = make_request("GET", "/", {{"Accept", "text/html"}, {"X", "1"}, {"ACCEPT", "*/*"}});
    EXPECT_EQ(request.header("accept"), "text/html,*/*");
}

TEST(RequestHeader, TellsAnEmptyFieldFromNone) {
    const Request request = make_request("GET", "/", {{"Accept", ""}});
    EXPECT_EQ(request.header("Accept"), "");
    EXPECT_TRUE(request.has("Accept"));
    EXPECT_EQ(request.header("Origin"), "");
    EXPECT_FALSE(request.has("Origin"));
}

TEST(Request, KeepsMethodAndTargetAsSent) {
    const Request request = make_request("FROB", "/a%20b?x=\xC3\xA9");
    EXPECT_EQ(request.method(), "FROB");
    EXPECT_EQ(request.target(), "/a%20b?x=\xC3\xA9");
}

TEST(SerializeHead, NamesTheLengthOfTheBody) {
    Response response = plain(404, "12345");
    response.set("Allow", "GET");
    EXPECT_EQ(head_of(response, true, 11), "HTTP/1.1 404 Not Found\r\nAllow: GET\r\nContent-Length: 5\r\n\r\n");
}

TEST(SerializeHead, NamesALengthOfZero) {
    EXPECT_EQ(head_of(plain(200, ""), true, 11), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
}

TEST(SerializeHead, SaysWhenTheConnectionCloses) {
    EXPECT_EQ(head_of(plain(200, ""), false, 11), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(head_of(plain(200, ""), false, 10), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

TEST(SerializeHead, SaysToHttp10ThatTheConnectionStays) {
    EXPECT_EQ(head_of(plain(200, ""), true, 10),
              "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n");
}

TEST(SerializeHead, StreamsInChunksButNotToHttp10) {
    EXPECT_EQ(head_of(streamed(), true, 11), "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    EXPECT_EQ(head_of(streamed(), false, 10), "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
}

TEST(HttpDate, HasTheFixedFormOfRfc9110) {
    const std::string_view date = http_date();
    ASSERT_EQ(date.size(), 29U);
    EXPECT_EQ(date.substr(3, 2), ", ");
    EXPECT_TRUE(date.ends_with(" GMT"));
}

TEST(SerializeHead, Of204HasNoLength) {
    Response response;
    response.status = 204;
    const std::string head = serialize_head(response, true, 11);
    EXPECT_TRUE(head.starts_with("HTTP/1.1 204 No Content\r\n")) << head;
    EXPECT_EQ(head.find("Content-Length"), std::string::npos) << head;
    EXPECT_EQ(head.find("Transfer-Encoding"), std::string::npos) << head;
}

}  // namespace
}  // namespace wdx::http
