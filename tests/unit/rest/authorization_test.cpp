#include "rest/authorization.hpp"

#include <string>

#include <gtest/gtest.h>

namespace wdx::rest {
namespace {

std::string_view token_of(std::string_view header) {
    const auto parsed = parse_authorization(header, true);
    const auto* bearer = std::get_if<BearerCredentials>(&parsed);
    return bearer == nullptr ? "(none)" : bearer->token;
}

/// `username|password`
std::string pair_of(std::string_view header) {
    const auto parsed = parse_authorization(header, true);
    const auto* basic = std::get_if<BasicCredentials>(&parsed);
    return basic == nullptr ? "(none)" : basic->username + '|' + basic->password;
}

std::string_view fault_of(std::string_view header) {
    const auto parsed = parse_authorization(header, true);
    const auto* fault = std::get_if<AuthorizationFault>(&parsed);
    return fault == nullptr ? "(none)" : fault->detail;
}

bool has_none(std::string_view header, bool with_basic = true) {
    return std::holds_alternative<NoCredentials>(parse_authorization(header, with_basic));
}

TEST(ParseAuthorization, ReadsABearerToken) {
    EXPECT_EQ(token_of("Bearer a.b.c"), "a.b.c");
    EXPECT_EQ(token_of("\t Bearer  \x0b a.b.c \f"), "a.b.c");
}

TEST(ParseAuthorization, ComparesBearerWithCase) {
    EXPECT_TRUE(has_none("bearer a.b.c"));
    EXPECT_TRUE(has_none("BEARER a.b.c"));
}

TEST(ParseAuthorization, WantsExactlyOneToken) {
    constexpr std::string_view kFault = "Authorization header must contain two space-delimited values";
    EXPECT_EQ(fault_of("Bearer"), kFault);
    EXPECT_EQ(fault_of("Bearer a b"), kFault);
    EXPECT_EQ(std::get<AuthorizationFault>(parse_authorization("Bearer", true)).code, "bad_authorization_header");
}

TEST(ParseAuthorization, TakesOtherSchemesForNoCredentials) {
    for (const std::string_view header : {"", " ", "Digest x", "Token x", "Bearer\xA0x", "x"})
        EXPECT_TRUE(has_none(header)) << header;
}

TEST(ParseAuthorization, ReadsBasicInAnyCase) {
    EXPECT_EQ(pair_of("Basic dXNlcjpwYXNz"), "user|pass");
    EXPECT_EQ(pair_of("bASIC dXNlcjpwYXNz"), "user|pass");
    EXPECT_EQ(pair_of("Basic dXNlcjpwOmE6cw=="), "user|p:a:s");
    EXPECT_EQ(pair_of("Basic Og=="), "|");
}

TEST(ParseAuthorization, DecodesBasicFromUtf8OrElseLatin1) {
    EXPECT_EQ(pair_of("Basic w6k6w6k="), "\u00E9|\u00E9");
    EXPECT_EQ(pair_of("Basic 6Trp"), "\u00E9|\u00E9");
}

TEST(ParseAuthorization, RefusesBasicInTheWordsOfDrf) {
    EXPECT_EQ(fault_of("Basic"), "Invalid basic header. No credentials provided.");
    EXPECT_EQ(fault_of("Basic a b"), "Invalid basic header. Credentials string should not contain spaces.");
    for (const std::string_view header : {"Basic dXNlcg==", "Basic x"})
        EXPECT_EQ(fault_of(header), "Invalid basic header. Credentials not correctly base64 encoded.") << header;
}

TEST(ParseAuthorization, DoesNotKnowBasicWhereItIsOff) {
    for (const std::string_view header : {"Basic dXNlcjpwYXNz", "Basic", "Basic a b"})
        EXPECT_TRUE(has_none(header, false)) << header;
    EXPECT_TRUE(std::holds_alternative<BearerCredentials>(parse_authorization("Bearer x", false)));
}

}  // namespace
}  // namespace wdx::rest
