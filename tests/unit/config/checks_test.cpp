#include "config/checks.hpp"

#include <gtest/gtest.h>

namespace wdx::config {
namespace {

TEST(CheckAllowedHost, TakesTheFormsOfDjango) {
    for (const char* text : {"example.org", ".example.org", "*", "127.0.0.1", "[::1]", "under_score", "localhost"})
        EXPECT_FALSE(check_allowed_host(text)) << text;
}

TEST(CheckAllowedHost, RefusesPortsSchemesAndHalfPatterns) {
    for (const char* text : {"example.org:8000", "http://example.org", "*.example.org", ".", "..a", "::1", "[::1]:80",
                             "[::1", "[fe80::1%eth0]", "a/b", "a b"})
        EXPECT_TRUE(check_allowed_host(text)) << text;
}

TEST(CheckShare, TakesNumbersFromZeroToOne) {
    for (const char* text : {"0", "0.33", "1", "1.0", "1e-3"}) EXPECT_FALSE(check_share(text)) << text;
    for (const char* text : {"", "-0.1", "1.01", "a", "0.3x", "nan", "inf", "33%", " 0.3"})
        EXPECT_TRUE(check_share(text)) << text;
}

TEST(CheckAlertCount, TakesOffOrWholeNumbersFromOne) {
    for (const char* text : {"off", "1", "100"}) EXPECT_FALSE(check_alert_count(text)) << text;
    for (const char* text : {"0", "-1", "1.5", "on", "1x", ""}) EXPECT_TRUE(check_alert_count(text)) << text;
}

TEST(CheckAlertShare, TakesOffOrNumbersAboveZeroUpToOne) {
    for (const char* text : {"off", "0.05", "1"}) EXPECT_FALSE(check_alert_share(text)) << text;
    for (const char* text : {"0", "1.1", "nan", "5%", ""}) EXPECT_TRUE(check_alert_share(text)) << text;
}

TEST(CheckWebUrl, TakesHttpAndNeverRepeatsTheText) {
    for (const char* text : {"https://example.org/a?b=c", "http://127.0.0.1:80", "https://u:p@[::1]/x"})
        EXPECT_FALSE(check_web_url(text)) << text;
    for (const char* text : {"ftp://secret", "https://", "https:///secret", "https://a/secret\r\nX: y", "secret"}) {
        ASSERT_TRUE(check_web_url(text)) << text;
        EXPECT_EQ(check_web_url(text)->find("secret"), std::string::npos);
    }
}

TEST(CheckSmtpUrl, TakesSmtpAlone) {
    EXPECT_FALSE(check_smtp_url("smtps://me%40example.org:p@mail.example.org:465"));
    EXPECT_TRUE(check_smtp_url("https://mail.example.org"));
}

TEST(CheckMailAddress, TakesWhatStandsInAHeaderAsItIs) {
    EXPECT_FALSE(check_mail_address("me+alerts@example.org"));
    for (const char* text : {"me", "me@", "@example.org", "a b@example.org", "a@b\r\nBcc: c@d", "<a@b>", "a@b@c"})
        EXPECT_TRUE(check_mail_address(text)) << text;
}

TEST(CheckCorsOrigin, TakesSchemeHostAndPort) {
    for (const char* text : {"http://localhost:4200", "https://example.org", "http://[::1]:4200",
                             "https://[2001:db8::1]", "moz-extension://0f1e2d3c-aaaa-bbbb"})
        EXPECT_FALSE(check_cors_origin(text)) << text;
}

TEST(CheckCorsOrigin, RefusesPathsWildcardsAndWhatNoBrowserSends) {
    for (const char* text :
         {"*", "null", "localhost:4200", "http://localhost:4200/", "http://localhost/a", "http://", "://a",
          "http://a:", "http://a:99999", "http://a@b", "https://*.example.org", "HTTP://a", "http://Example.org",
          "http://a?b", "http://unix:/tmp/a", "http://[fe80::1%eth0]", "http://[fe80::1%eth0]:80", "http://[::%*]:1"})
        EXPECT_TRUE(check_cors_origin(text)) << text;
    EXPECT_EQ(check_cors_origin("*"), "'*' is refused, name each origin");
}

TEST(CheckDatabaseUrl, TakesUrisAndPairs) {
    for (const char* text : {"postgresql://u:p@h/d", "postgres://h1,h2/d?sslmode=require", "host=/run dbname=wdx",
                             "dbname=wdx options='-c a=http://b'"})
        EXPECT_FALSE(check_database_url(text)) << text;
}

TEST(CheckDatabaseUrl, RefusesOtherDatabasesWithoutRepeatingThem) {
    for (const char* text : {"sqlite:///db.sqlite3", "mysql://u:geheim@h/d?a=b", "wdx"}) {
        const auto refused = check_database_url(text);
        ASSERT_TRUE(refused) << text;
        EXPECT_EQ(*refused, "must be a postgresql:// URI or libpq's key=value pairs");
    }
}

TEST(CheckTrustedProxy, TakesAddressesRangesAndUnix) {
    for (const char* text : {"127.0.0.1", "::1", "10.0.0.0/8", "fd00::/8", "0.0.0.0/0", "unix"})
        EXPECT_FALSE(check_trusted_proxy(text)) << text;
}

TEST(CheckTrustedProxy, RefusesNamesPortsAndRangesThatAreNone) {
    for (const char* text : {"localhost", "10.0.0.1:80", "[::1]", "10.0.0.0/33", "fd00::/129", "10.0.0/8", "*", "/8"})
        EXPECT_TRUE(check_trusted_proxy(text)) << text;
    EXPECT_TRUE(check_trusted_proxy(std::string_view("10.0.0.1\0x", 10)));
}

TEST(CheckLoopbackListen, RefusesWhatOthersCanReach) {
    EXPECT_FALSE(check_loopback_listen("127.0.0.1:9000"));
    EXPECT_FALSE(check_loopback_listen("unix:/run/wdx.sock"));
    EXPECT_EQ(check_loopback_listen("0.0.0.0:9000"), "'0.0.0.0:9000' must be on loopback or a unix socket");
    EXPECT_TRUE(check_loopback_listen("nonsense"));
}

TEST(CheckTimeZone, TakesNamesAndOffsets) {
    for (const char* text : {"Europe/Paris", "UTC", "America/Port-au-Prince", "Etc/GMT+5"})
        EXPECT_FALSE(check_time_zone(text)) << text;
    EXPECT_TRUE(check_time_zone("UTC'; DROP"));
}

}  // namespace
}  // namespace wdx::config
