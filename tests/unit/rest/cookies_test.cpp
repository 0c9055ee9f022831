#include "rest/cookies.hpp"

#include "http/make_request.hpp"

#include <gtest/gtest.h>

namespace wdx::rest {
namespace {

std::string read(const std::string& header) {
    return read_cookie(http::make_request("PUT", "/", {{"Cookie", header}}), "name");
}

TEST(RenderCookie, KeepsItFromScriptsAndOtherSites) {
    EXPECT_EQ(render_cookie({.name = "name", .value = "a.b", .max_age = std::chrono::seconds(60)}),
              "name=a.b; Max-Age=60; HttpOnly; SameSite=Strict");
}

TEST(RenderCookie, MarksItSecure) {
    EXPECT_EQ(render_cookie({.name = "name", .value = {}, .max_age = {}, .is_secure = true}),
              "name=; Max-Age=0; HttpOnly; SameSite=Strict; Secure");
}

TEST(ReadCookie, FindsTheFirstOfThatName) {
    EXPECT_EQ(read("name=1"), "1");
    EXPECT_EQ(read("a=b; name=1; name=2"), "1");
    EXPECT_EQ(read("a=b;name=1;c=d"), "1");
    EXPECT_EQ(read("a; =; name=x=y"), "x=y");
}

TEST(ReadCookie, TakesNoOtherForIt) {
    for (const std::string header : {"", ";", "; ;", "name", "xname=1", "names=1", "a=name=1", "Name=1"})
        EXPECT_EQ(read(header), "") << header;
    EXPECT_EQ(read_cookie(http::make_request("PUT", "/"), "name"), "");
}

}  // namespace
}  // namespace wdx::rest
