#include "config/listen.hpp"

#include <gtest/gtest.h>

namespace wdx::config {
namespace {

TEST(ParseListen, ReadsHostAndPort) {
    EXPECT_EQ(parse_listen("127.0.0.1:8000"), (ListenAddress{false, "127.0.0.1", 8000, ""}));
    EXPECT_EQ(parse_listen("example.org:0"), (ListenAddress{false, "example.org", 0, ""}));
    EXPECT_EQ(parse_listen("0.0.0.0:65535"), (ListenAddress{false, "0.0.0.0", 65535, ""}));
}

TEST(ParseListen, ReadsIpv6InBrackets) {
    EXPECT_EQ(parse_listen("[::1]:80"), (ListenAddress{false, "::1", 80, ""}));
    EXPECT_EQ(parse_listen("[2001:db8::7]:80"), (ListenAddress{false, "2001:db8::7", 80, ""}));
}

TEST(ParseListen, ReadsTheZoneOfALinkLocalAddress) {
    EXPECT_EQ(parse_listen("[fe80::1%eth0.7]:80"), (ListenAddress{false, "fe80::1%eth0.7", 80, ""}));
    for (const char* text : {"[fe80::1%]:80", "[fe80::1%a*b]:80", "[fe80::1%a b]:80", "[fe80::1%sixteen_letters_]:80"})
        EXPECT_FALSE(parse_listen(text)) << text;
}

TEST(ParseListen, ReadsUnixPaths) {
    EXPECT_EQ(parse_listen("unix:/run/wdx/http.sock"), (ListenAddress{true, "", 0, "/run/wdx/http.sock"}));
    EXPECT_TRUE(parse_listen("unix:/" + std::string(106, 'a')));
}

TEST(ParseListen, RefusesEverythingElse) {
    for (const std::string text : {"",
                                   ":",
                                   ":8000",
                                   "8000",
                                   "localhost",
                                   "localhost:",
                                   "localhost:65536",
                                   "localhost:-1",
                                   "localhost:+1",
                                   "localhost:80x",
                                   "localhost: 80",
                                   "::1:80",
                                   "[::1]",
                                   "[::1]80",
                                   "[]:80",
                                   "[127.0.0.1]:80",
                                   "[::g]:80",
                                   "127.1:80",
                                   "300.1.1.1:80",
                                   "http://localhost:80",
                                   "a b:80",
                                   "a..b:80",
                                   ".a:80",
                                   "a.:80",
                                   "*:80",
                                   "unix:",
                                   "unix:relative",
                                   "unix:/",
                                   "unix:/run/",
                                   "unix:/a\nb"})
        EXPECT_FALSE(parse_listen(text)) << text;
    EXPECT_FALSE(parse_listen("unix:/" + std::string(107, 'a')));
    for (const std::string_view text : {std::string_view("[::1\0x]:80", 10), std::string_view("127.0.0.1\0:80", 13)})
        EXPECT_FALSE(parse_listen(text)) << text;
}

TEST(IsLoopback, KnowsWhatOnlyThisMachineReaches) {
    for (const char* text : {"127.0.0.1:1", "127.8.9.10:1", "[::1]:1", "[0:0:0:0:0:0:0:1]:1", "[::ffff:127.0.0.1]:1",
                             "localhost:1", "LocalHost:1", "unix:/run/a.sock"})
        EXPECT_TRUE(is_loopback(parse_listen(text).value())) << text;
    for (const char* text : {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "[::ffff:10.0.0.1]:1", "localhost.example:1",
                             "example.org:1", "128.0.0.1:1"})
        EXPECT_FALSE(is_loopback(parse_listen(text).value())) << text;
}

}  // namespace
}  // namespace wdx::config
