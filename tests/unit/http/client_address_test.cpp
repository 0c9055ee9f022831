#include "http/client_address.hpp"

#include "http/make_request.hpp"

#include <gtest/gtest.h>

namespace wdx::http {
namespace {

std::string client(const std::vector<std::string>& trusted, const std::string& peer_address, const Fields& fields) {
    const Peer peer{.address = peer_address, .is_loopback = false};
    Request request = make_request("GET", "/", fields);
    request.peer = &peer;
    return TrustedProxies(trusted).client_address(request);
}

std::string forwarded(const std::string& value, const std::string& peer = "10.0.0.1") {
    return client({"10.0.0.0/8", "2001:db8:aa::/48"}, peer, {{"X-Forwarded-For", value}});
}

TEST(TrustedProxies, TakesThePeerWhenNobodyIsTrusted) {
    EXPECT_EQ(client({}, "192.0.2.1", {{"X-Forwarded-For", "203.0.113.9"}}), "192.0.2.1");
    EXPECT_EQ(client({}, "", {{"X-Forwarded-For", "203.0.113.9"}}), "");
}

TEST(TrustedProxies, DoesNotReadAnAddressUpToANul) {
    EXPECT_EQ(forwarded(std::string("203.0.113.9\0x", 13)), "10.0.0.1");
}

TEST(TrustedProxies, DoesNotBelieveAnUntrustedPeer) {
    EXPECT_EQ(forwarded("203.0.113.9", "11.0.0.1"), "11.0.0.1");
    EXPECT_EQ(forwarded("203.0.113.9", "2001:db8:ab::1"), "2001:db8:ab::1");
    EXPECT_EQ(forwarded("203.0.113.9", ""), "");
}

TEST(TrustedProxies, TakesTheLastAddressThatIsNoProxy) {
    EXPECT_EQ(forwarded("203.0.113.9"), "203.0.113.9");
    EXPECT_EQ(forwarded("1.1.1.1, 203.0.113.9"), "203.0.113.9");
    EXPECT_EQ(forwarded("1.1.1.1, 203.0.113.9 ,10.2.3.4,\t10.0.0.9"), "203.0.113.9");
    EXPECT_EQ(forwarded("203.0.113.9, 2001:db8:aa:1::1", "2001:db8:aa::2"), "203.0.113.9");
}

TEST(TrustedProxies, TakesTheLeftmostWhenAllAreProxies) {
    EXPECT_EQ(forwarded("10.1.1.1, 10.2.2.2"), "10.1.1.1");
}

TEST(TrustedProxies, JoinsSeveralHeaders) {
    const Fields fields{{"X-Forwarded-For", "1.1.1.1"}, {"x-forwarded-for", "203.0.113.9, 10.0.0.3"}};
    EXPECT_EQ(client({"10.0.0.0/8"}, "10.0.0.1", fields), "203.0.113.9");
}

TEST(TrustedProxies, EndsAtTheLastGoodAddress) {
    for (const std::string bad : {"unknown", "_hidden", "1.2.3", "1.2.3.4.5", "[::1", "::1]", "1.2.3.4:", "1.2.3.4:x",
                                  "[::1]x", "[::1]:", "", " ", "\"1.2.3.4\"", "1.2.3.4 5", "for=1.2.3.4", "0x7f.1"}) {
        EXPECT_EQ(forwarded("203.0.113.9, " + bad + ", 10.0.0.5"), "10.0.0.5") << bad;
        EXPECT_EQ(forwarded("203.0.113.9," + bad), "10.0.0.1") << bad;
    }
    EXPECT_EQ(forwarded(""), "10.0.0.1");
}

TEST(TrustedProxies, DropsPortsBracketsAndScopes) {
    EXPECT_EQ(forwarded("203.0.113.9:1234"), "203.0.113.9");
    EXPECT_EQ(forwarded("[2001:db8::9]"), "2001:db8::9");
    EXPECT_EQ(forwarded("[2001:DB8:0::9]:443"), "2001:db8::9");
    EXPECT_EQ(forwarded("2001:db8::9"), "2001:db8::9");
    EXPECT_EQ(forwarded("fe80::9%3"), "fe80::9");
    EXPECT_EQ(forwarded("203.0.113.9, 10.0.0.2:80"), "203.0.113.9");
}

TEST(TrustedProxies, TakesAMappedAddressForItsIPv4) {
    EXPECT_EQ(forwarded("::ffff:203.0.113.9"), "203.0.113.9");
    EXPECT_EQ(forwarded("203.0.113.9, ::ffff:10.0.0.2"), "203.0.113.9");
    EXPECT_EQ(client({"::ffff:10.0.0.0/104"}, "10.0.0.1", {{"X-Forwarded-For", "203.0.113.9"}}), "203.0.113.9");
    EXPECT_EQ(client({"::ffff:10.0.0.1"}, "10.0.0.1", {{"X-Forwarded-For", "203.0.113.9"}}), "203.0.113.9");
}

TEST(TrustedProxies, KeepsToTheBitsOfARange) {
    const Fields fields{{"X-Forwarded-For", "203.0.113.9"}};
    EXPECT_EQ(client({"192.168.16.0/20"}, "192.168.31.255", fields), "203.0.113.9");
    EXPECT_EQ(client({"192.168.16.0/20"}, "192.168.32.0", fields), "192.168.32.0");
    EXPECT_EQ(client({"192.168.16.1"}, "192.168.16.2", fields), "192.168.16.2");
    EXPECT_EQ(client({"fd00::/7"}, "fc12::1", fields), "203.0.113.9");
    EXPECT_EQ(client({"fd00::/7"}, "fe12::1", fields), "fe12::1");
    EXPECT_EQ(client({"0.0.0.0/0"}, "8.8.8.8", {{"X-Forwarded-For", "::1"}}), "::1");
    EXPECT_EQ(client({"0.0.0.0/0"}, "::1", fields), "::1");
    EXPECT_EQ(client({"::/0"}, "8.8.8.8", fields), "8.8.8.8");
}

TEST(TrustedProxies, TrustsUnixSocketsByName) {
    const Fields fields{{"X-Forwarded-For", "203.0.113.9"}};
    EXPECT_EQ(client({"unix"}, "", fields), "203.0.113.9");
    EXPECT_EQ(client({"unix"}, "", {}), "");
    EXPECT_EQ(client({"unix"}, "", {{"X-Forwarded-For", "unknown"}}), "");
    EXPECT_EQ(client({"unix"}, "127.0.0.1", fields), "127.0.0.1");
}

TEST(TrustedProxies, RefusesWhatIsNoAddress) {
    for (const std::string bad : {"proxy.example.com", "10.0.0.0/33", "::/129", "10.0.0.0/", ""})
        EXPECT_THROW(TrustedProxies({bad}), boost::system::system_error) << bad;
}

bool came_by_https(const std::vector<std::string>& trusted, const Peer& peer, const Fields& fields) {
    Request request = make_request("GET", "/", fields);
    request.peer = &peer;
    return TrustedProxies(trusted).came_by_https(request);
}

TEST(TrustedProxies, BelieveTheSchemeOfATrustedPeerAlone) {
    const Peer peer{.address = "10.0.0.1"};
    const Fields https{{"X-Forwarded-Proto", "https"}};
    EXPECT_TRUE(came_by_https({"10.0.0.0/8"}, peer, https));
    EXPECT_TRUE(came_by_https({"unix"}, Peer{}, https));
    EXPECT_FALSE(came_by_https({"10.0.0.2"}, peer, https));
    EXPECT_FALSE(came_by_https({}, peer, https));
    EXPECT_FALSE(came_by_https({"10.0.0.0/8"}, Peer{}, https));
    EXPECT_FALSE(came_by_https({"10.0.0.0/8"}, peer, {}));
    EXPECT_TRUE(came_by_https({}, Peer{.address = "10.0.0.1", .is_tls = true}, {{"X-Forwarded-Proto", "http"}}));
}

TEST(TrustedProxies, TakeTheFirstOfSeveralSchemes) {
    const Peer peer{.address = "10.0.0.1"};
    for (const std::string value : {"https", "HTTPS", " https ", "https, http", "https,http"})
        EXPECT_TRUE(came_by_https({"10.0.0.1"}, peer, {{"X-Forwarded-Proto", value}})) << value;
    for (const std::string value : {"http", "http, https", "", "httpsx", ",https", "\"https\""})
        EXPECT_FALSE(came_by_https({"10.0.0.1"}, peer, {{"X-Forwarded-Proto", value}})) << value;
}

}  // namespace
}  // namespace wdx::http
