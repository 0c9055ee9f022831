#include "api/request/credentials.hpp"

#include "http/make_request.hpp"

#include <string>

#include <gtest/gtest.h>

namespace wdx::api {
namespace {

constexpr bool kLoopback = true;

bool is_local(bool loopback, const http::Fields& fields, const std::string& target = "/api/token/") {
    const http::Peer peer{.address = "peer", .is_loopback = loopback};
    http::Request request = http::make_request("POST", target, fields);
    request.peer = &peer;
    return is_local_request(request);
}

TEST(IsLocalRequest, AcceptsNamesOfThisMachine) {
    for (const std::string host : {"localhost", "LOCALHOST", "localhost:8000", "127.0.0.1", "127.0.0.1:8000",
                                   "127.8.8.8", "[::1]", "[::1]:8000", "[0:0:0:0:0:0:0:1]"})
        EXPECT_TRUE(is_local(kLoopback, {{"Host", host}})) << host;
}

TEST(IsLocalRequest, RefusesOtherNames) {
    for (const std::string host : {"", "example.com", "localhost.example.com", "xlocalhost", "10.0.0.1", "0.0.0.0",
                                   "[::2]", "127.0.0.1.example.com", "localhost@evil", "[::1", "::1"})
        EXPECT_FALSE(is_local(kLoopback, {{"Host", host}})) << host;
    EXPECT_FALSE(is_local(kLoopback, {}));
}

TEST(IsLocalRequest, RefusesAPeerElsewhere) {
    EXPECT_FALSE(is_local(!kLoopback, {{"Host", "localhost"}}));
}

TEST(IsLocalRequest, RefusesWhatCameThroughAProxy) {
    for (const std::string name :
         {"Forwarded", "forwarded", "X-Forwarded-For", "x-forwarded-host", "X-FORWARDED-PROTO", "X-Forwarded-"})
        EXPECT_FALSE(is_local(kLoopback, {{"Host", "localhost"}, {name, ""}})) << name;
    EXPECT_TRUE(is_local(kLoopback, {{"Host", "localhost"}, {"X-Forward", "a"}, {"Forwarded-X", "a"}}));
}

TEST(IsLocalRequest, LooksAtTheHostOfAnAbsoluteTarget) {
    EXPECT_TRUE(is_local(kLoopback, {{"Host", "evil.example"}}, "http://localhost:8000/api/token/"));
    EXPECT_FALSE(is_local(kLoopback, {{"Host", "localhost"}}, "http://evil.example/api/token/"));
}

}  // namespace
}  // namespace wdx::api
