#include "app/middleware.hpp"

#include "http/make_request.hpp"

#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace wdx::app {
namespace {

using http::make_request;

bool is_allowed(std::string_view host,
                const std::vector<std::string>& allowed = {"localhost", "[::1]", ".example.com"}) {
    return is_allowed_host(host, allowed);
}

std::optional<std::string> header_of(const http::Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers)
        if (key == name) return value;
    return std::nullopt;
}

http::Response with_cors(const std::string& method, const http::Fields& fields) {
    http::Response response;
    add_cors_headers(response, make_request(method, "/", fields), {"http://localhost:4200", "http://127.0.0.1:4200"});
    return response;
}

TEST(IsAllowedHost, ComparesWithoutCasePortAndOneTrailingDot) {
    for (const std::string_view host :
         {"localhost", "LocalHost", "localhost:8000", "localhost:0", "localhost.", "localhost.:80"})
        EXPECT_TRUE(is_allowed(host)) << host;
    EXPECT_FALSE(is_allowed("localhost.."));
    EXPECT_TRUE(is_allowed("localhost", {"LOCALHOST"}));
}

TEST(IsAllowedHost, RefusesOtherHosts) {
    for (const std::string_view host :
         {"evil.com", "a.localhost", "localhost.evil.com", "127.0.0.1", "xlocalhost", "example.org"})
        EXPECT_FALSE(is_allowed(host)) << host;
}

TEST(IsAllowedHost, RefusesWhatIsNoHostEvenIfAllAreAllowed) {
    for (const std::string_view host :
         {"", ".", ":80", "localhost:", "localhost:abc", "localhost:8000x", "localhost:80:80", "user@localhost",
          "local host", "local_host", "localhost/x", "localhost,evil.com", "h\xC3\xB6st", " localhost", "localhost\t"})
        EXPECT_FALSE(is_allowed(host, {"*"})) << host;
    EXPECT_FALSE(is_allowed(std::string_view("localhost\0", 10), {"*"}));
}

TEST(IsAllowedHost, TakesIpv6InBrackets) {
    EXPECT_TRUE(is_allowed("[::1]"));
    EXPECT_TRUE(is_allowed("[::1]:8000"));
    EXPECT_TRUE(is_allowed("[::FFFF:1.2.3.4]", {"[::ffff:1.2.3.4]"}));
    EXPECT_FALSE(is_allowed("::1", {"*"}));
    for (const std::string_view host :
         {"[", "]", "[]", "[:]", "[a:]", "[a]", "[g::1]", "[1.2:3]", "[::1", "[::1].", "[::1]x", "[::1]:"})
        EXPECT_FALSE(is_allowed(host, {"*"})) << host;
}

TEST(IsAllowedHost, TakesAPatternWithADotForADomainAndWhatIsBelowIt) {
    EXPECT_TRUE(is_allowed("example.com"));
    EXPECT_TRUE(is_allowed("a.b.Example.com:80"));
    EXPECT_FALSE(is_allowed("badexample.com"));
    EXPECT_FALSE(is_allowed("example.com.evil"));
}

TEST(IsAllowedHost, TakesAStarForAny) {
    EXPECT_TRUE(is_allowed("evil.com", {"*"}));
    EXPECT_FALSE(is_allowed("evil.com", {}));
    EXPECT_FALSE(is_allowed("evil.com", {""}));
}

TEST(RequestedHost, IsThatOfAnAbsoluteTargetOrElseOfTheHeader) {
    const auto requested = [](const std::string& target) {
        const http::Request request = make_request("GET", target, {{"Host", "header:1"}});
        return requested_host(request, rest::parse_target(request.target()));
    };
    EXPECT_EQ(requested("/"), "header:1");
    EXPECT_EQ(requested("http://target:2/"), "target:2");
}

TEST(IsPreflight, NeedsTheMethodAndTheHeaderHoweverEmpty) {
    EXPECT_TRUE(is_preflight(make_request("OPTIONS", "/", {{"access-control-request-method", ""}})));
    EXPECT_FALSE(is_preflight(make_request("OPTIONS", "/", {{"Origin", "http://localhost:4200"}})));
    EXPECT_FALSE(is_preflight(make_request("GET", "/", {{"Access-Control-Request-Method", "GET"}})));
    EXPECT_FALSE(is_preflight(make_request("options", "/", {{"Access-Control-Request-Method", "GET"}})));
}

TEST(CorsHeaders, SayOnEveryAnswerThatItVaries) {
    EXPECT_EQ(header_of(with_cors("GET", {}), "Vary"), "origin");
    EXPECT_EQ(header_of(with_cors("GET", {{"Origin", "http://evil.example"}}), "Vary"), "origin");
}

TEST(CorsHeaders, KeepWhatElseTheAnswerVariesBy) {
    http::Response response;
    response.set("Vary", "Accept");
    add_cors_headers(response, make_request("GET", "/", {}), {});
    EXPECT_EQ(header_of(response, "Vary"), "Accept, origin");
    EXPECT_EQ(response.headers.size(), 1U);
}

TEST(CorsHeaders, EchoAnAllowedOriginAlone) {
    const http::Response response = with_cors("GET", {{"Origin", "http://127.0.0.1:4200"}});
    EXPECT_EQ(header_of(response, "Access-Control-Allow-Origin"), "http://127.0.0.1:4200");
    EXPECT_EQ(response.headers.size(), 2U);
}

TEST(CorsHeaders, AddNothingForOtherOrigins) {
    for (const std::string origin :
         {"", "null", "http://localhost", "http://localhost:4201", "https://localhost:4200", "http://LOCALHOST:4200",
          "http://localhost:04200", "http://localhost:4200.evil.com", "http://user@localhost:4200", "localhost:4200",
          "http://[::1", "*"})
        EXPECT_EQ(with_cors("OPTIONS", {{"Origin", origin}}).headers.size(), 1U) << origin;
    EXPECT_EQ(
        with_cors("GET", {{"Origin", "http://localhost:4200"}, {"Origin", "http://localhost:4200"}}).headers.size(),
        1U);
}

TEST(CorsHeaders, AllowMethodsAndHeadersOnOptions) {
    const http::Response response = with_cors("OPTIONS", {{"Origin", "http://localhost:4200"}});
    EXPECT_EQ(header_of(response, "Access-Control-Allow-Methods"), "DELETE, GET, OPTIONS, PATCH, POST, PUT");
    EXPECT_EQ(header_of(response, "Access-Control-Allow-Headers"),
              "accept, authorization, cache-control, content-type, idempotency-key, if-match, if-none-match, "
              "last-event-id, user-agent, x-csrftoken, x-requested-with");
    EXPECT_EQ(header_of(response, "Access-Control-Max-Age"), "86400");
    EXPECT_EQ(header_of(response, "Access-Control-Allow-Credentials"), std::nullopt);
    EXPECT_EQ(header_of(response, "Access-Control-Allow-Private-Network"), std::nullopt);
}

TEST(IsSameOriginPath, IsTheLoginOfTheConsole) {
    EXPECT_TRUE(is_same_origin_path("/admin/session/"));
    EXPECT_TRUE(is_same_origin_path("/admin/session"));
    for (const std::string_view path : {"/", "/admin/", "/api/token/", "/api/sessions/"})
        EXPECT_FALSE(is_same_origin_path(path)) << path;
}

TEST(ExposedHeaders, AreForAllowedOriginsAlone) {
    const std::vector<std::string> allowed{"http://localhost:4200"};
    http::Response response;
    expose_headers(response, make_request("GET", "/", {{"Origin", "http://evil.example"}}), allowed);
    EXPECT_TRUE(response.headers.empty());
    expose_headers(response, make_request("GET", "/", {{"Origin", "http://localhost:4200"}}), allowed);
    EXPECT_EQ(header_of(response, "Access-Control-Expose-Headers"),
              "ETag, Retry-After, Content-Disposition, X-Request-ID, X-Edit-ID, X-Last-Event-ID");
}

TEST(SecurityHeaders, AreDjangosAndForbidCaching) {
    http::Response response;
    add_security_headers(response);
    EXPECT_EQ(header_of(response, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(header_of(response, "Referrer-Policy"), "same-origin");
    EXPECT_EQ(header_of(response, "Cross-Origin-Opener-Policy"), "same-origin");
    EXPECT_EQ(header_of(response, "Cache-Control"), "no-store");
    EXPECT_EQ(header_of(response, "X-Frame-Options"), std::nullopt);
    add_frame_options(response);
    EXPECT_EQ(header_of(response, "X-Frame-Options"), "DENY");
}

TEST(AddTransportSecurity, IsForHostNames) {
    for (const std::string_view host : {"watch.example.com", "Watch.Example.com:8443", "nas", "10.0.0.1.example.com"}) {
        http::Response response;
        add_transport_security(response, host);
        EXPECT_EQ(header_of(response, "Strict-Transport-Security"), "max-age=31536000") << host;
    }
}

TEST(AddTransportSecurity, IsNotForThisMachineAddressesOrWhatIsNoHost) {
    for (const std::string_view host :
         {"localhost", "LocalHost.:8443", "a.localhost", "127.0.0.1", "10.0.0.1:443", "127.1", "0x7f000001", "10.0x1",
          "[::1]:8443", "[2001:db8::1]", "", "two words", "user@watch.example.com"}) {
        http::Response response;
        add_transport_security(response, host);
        EXPECT_TRUE(response.headers.empty()) << host;
    }
}

}  // namespace
}  // namespace wdx::app
