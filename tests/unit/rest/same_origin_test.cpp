#include "rest/same_origin.hpp"

#include "http/make_request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wdx::rest {
namespace {

std::optional<std::string> judge(http::Fields fields, bool is_https = false, const std::string& target = "/") {
    http::Request request = http::make_request("PUT", target, fields);
    request.is_https = is_https;
    return find_foreign_origin(request);
}

std::string refusal(const std::string& origin, const std::string& host, bool is_https = false) {
    return judge({{"Origin", origin}, {"Host", host}}, is_https).value_or("");
}

TEST(FindForeignOrigin, TakesTheOriginThatTheRequestWentTo) {
    EXPECT_EQ(refusal("http://localhost:8000", "localhost:8000"), "");
    EXPECT_EQ(refusal("http://watch.example.com", "Watch.Example.com"), "");
    EXPECT_EQ(refusal("http://watch.example.com", "watch.example.com:80"), "");
    EXPECT_EQ(refusal("https://watch.example.com", "watch.example.com", true), "");
    EXPECT_EQ(refusal("https://watch.example.com", "watch.example.com:443", true), "");
    EXPECT_EQ(refusal("http://[::1]", "[::1]"), "");
    EXPECT_EQ(refusal("https://[::1]:8443", "[::1]:8443", true), "");
}

TEST(FindForeignOrigin, TakesTheHostOfAnAbsoluteTarget) {
    EXPECT_FALSE(judge({{"Origin", "http://one"}, {"Host", "two"}}, false, "http://one/"));
    EXPECT_TRUE(judge({{"Origin", "http://two"}, {"Host", "two"}}, false, "http://one/"));
}

TEST(FindForeignOrigin, RefusesWhatIsNoOriginOfAPage) {
    for (const std::string origin : {"", "null", "localhost", "localhost:8000", "file://", "ftp://localhost", "http://",
                                     "http://localhost, http://localhost", "http://localhost/", "HTTP://localhost"})
        EXPECT_NE(refusal(origin, "localhost"), "") << origin;
    EXPECT_TRUE(judge({{"Origin", "http://localhost"}, {"Origin", "http://localhost"}, {"Host", "localhost"}}));
}

TEST(FindForeignOrigin, GoesByTheOriginWhateverSecFetchSiteSays) {
    EXPECT_TRUE(judge({{"Origin", "http://evil.example"}, {"Host", "localhost"}, {"Sec-Fetch-Site", "same-origin"}}));
    EXPECT_FALSE(judge({{"Origin", "http://localhost"}, {"Host", "localhost"}, {"Sec-Fetch-Site", "cross-site"}}));
}

TEST(FindForeignOrigin, GoesBySecFetchSiteWithoutAnOrigin) {
    EXPECT_FALSE(judge({{"Sec-Fetch-Site", "same-origin"}}));
    for (const std::string site : {"same-site", "cross-site", "none", "", "Same-Origin"})
        EXPECT_TRUE(judge({{"Sec-Fetch-Site", site}})) << site;
    EXPECT_TRUE(judge({}));
}

TEST(FindForeignOrigin, NamesTheSettingOfTheProxyThatIsMissing) {
    using testing::HasSubstr;
    EXPECT_THAT(refusal("https://watch.example.com", "127.0.0.1:8000"), HasSubstr("Host $http_host"));
    EXPECT_THAT(refusal("https://watch.example.com:8443", "watch.example.com", true), HasSubstr("Host $http_host"));
    EXPECT_THAT(refusal("https://watch.example.com", "watch.example.com"), HasSubstr("X-Forwarded-Proto $scheme"));
    EXPECT_THAT(*judge({{"Origin", "https://one"}, {"Host", "one"}, {"X-Forwarded-Proto", "https"}}),
                HasSubstr("WDX_TRUSTED_PROXIES"));
    EXPECT_THAT(refusal("http://watch.example.com", "watch.example.com", true), HasSubstr("open it by https"));
}

}  // namespace
}  // namespace wdx::rest
