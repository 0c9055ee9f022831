#include "rest/url.hpp"

#include "rest/error.hpp"

#include <string>

#include <gtest/gtest.h>

namespace wdx::rest {
namespace {

using namespace std::string_literals;

std::string path_of(std::string_view target) {
    return parse_target(target).path;
}

/// The value of `a`, or `(none)`.
std::string value_of_a(std::string_view query) {
    const QueryParams params(query);
    const std::string* value = params.last("a");
    return value == nullptr ? "(none)" : *value;
}

std::string location_of(std::string_view target) {
    return location_with_slash(parse_target(target));
}

// The expected texts of this file are those of Django and of Python's urllib.parse.

TEST(ParseTarget, DecodesThePath) {
    EXPECT_EQ(path_of("/%61pi%2Fusers/"), "/api/users/");
    EXPECT_EQ(path_of("/a%20b+c"), "/a b+c");
    EXPECT_EQ(path_of("/%C3%9Cn%c3%afcode"), "/\u00DCn\u00EFcode");
    EXPECT_EQ(path_of("/%2541"), "/%41");
    EXPECT_EQ(path_of("/%00x"), "/\0x"s);
}

TEST(ParseTarget, LeavesMalformedEscapesAsTheyAre) {
    EXPECT_EQ(path_of("/%ZZ"), "/%ZZ");
    EXPECT_EQ(path_of("/%4"), "/%4");
    EXPECT_EQ(path_of("/%"), "/%");
    EXPECT_EQ(path_of("/100%25"), "/100%");
}

TEST(ParseTarget, KeepsUndecodableBytesAsText) {
    EXPECT_EQ(path_of("/%E2%98"), "/%E2%98");
    EXPECT_EQ(path_of("/%C0%AF"), "/%C0%AF");
    EXPECT_EQ(path_of("/%FFa"), "/%FFa");
    EXPECT_EQ(path_of("/%ffa"), "/%FFa");
    EXPECT_EQ(path_of("/%ED%A0%80"), "/%ED%A0%80");
    EXPECT_EQ(path_of("/%F0%9F%98x"), "/%F0%9F%98x");
    EXPECT_EQ(path_of("/%E2%98%E2%98%83"), "/%E2%98\u2603");
}

TEST(ParseTarget, NormalisesNothing) {
    EXPECT_EQ(path_of("//api/users/"), "//api/users/");
    EXPECT_EQ(path_of("/api/x/../users/./"), "/api/x/../users/./");
}

TEST(ParseTarget, SplitsAtTheFirstQuestionMark) {
    const Target target = parse_target("/a%3Fb?c?d=%3F");
    EXPECT_EQ(target.path, "/a?b");
    EXPECT_EQ(target.query, "c?d=%3F");
    EXPECT_EQ(parse_target("/a?").query, "");
}

TEST(ParseTarget, DropsAFragment) {
    EXPECT_EQ(path_of("/api/users/#top"), "/api/users/");
    EXPECT_EQ(parse_target("/api/users/?a=1#top?b").query, "a=1");
    EXPECT_EQ(path_of("/%23hash/"), "/#hash/");
}

TEST(ParseTarget, TakesTheAuthorityOfAnAbsoluteForm) {
    const Target target = parse_target("http://localhost:8000/api/?a=1");
    EXPECT_EQ(target.authority, "localhost:8000");
    EXPECT_EQ(target.path, "/api/");
    EXPECT_EQ(target.query, "a=1");
    EXPECT_EQ(parse_target("https://h").path, "/");
    EXPECT_EQ(parse_target("http://h?a=1").authority, "h");
    EXPECT_EQ(parse_target("HTTPS://h/a").authority, "h");
    EXPECT_EQ(parse_target("/api/").authority, "");
}

TEST(ParseTarget, ReadsRawBytesOfAPathAsLatin1AsTheOriginalsServerDoes) {
    EXPECT_EQ(parse_target("/\xC3\xA9").path, "/\u00C3\u00A9");
    EXPECT_EQ(parse_target("/%C3%A9").path, "/\u00E9");
}

TEST(ParseTarget, TakesEverythingElseForAPath) {
    EXPECT_EQ(path_of("*"), "*");
    EXPECT_EQ(path_of("localhost:80"), "localhost:80");
    EXPECT_EQ(path_of(""), "");
}

TEST(QueryParams, GiveTheLastOfRepeatedValues) {
    EXPECT_EQ(value_of_a("a=1&b=3&a=2"), "2");
    EXPECT_EQ(value_of_a("a=1&a="), "");
    EXPECT_EQ(value_of_a("a=1&a"), "");
}

TEST(QueryParams, AreSplitAtAmpersandsAndTheFirstEqualsSign) {
    EXPECT_EQ(value_of_a("&&a=b=c&"), "b=c");
    EXPECT_EQ(value_of_a("a=1;b=2"), "1;b=2");
    EXPECT_EQ(value_of_a("a"), "");
    EXPECT_EQ(value_of_a("=a"), "(none)");
    EXPECT_EQ(value_of_a(""), "(none)");
    EXPECT_EQ(value_of_a("A=1&a[]=2"), "(none)");
}

TEST(QueryParams, AreDecoded) {
    EXPECT_EQ(value_of_a("%61=c+d%2B"), "c d+");
    EXPECT_EQ(value_of_a("a=%C3%A9%D9%A1"), "\u00E9\u0661");
    EXPECT_EQ(value_of_a("a=%2"), "%2");
    EXPECT_EQ(value_of_a("a=%zz"), "%zz");
    EXPECT_EQ(value_of_a("a=%00"), std::string(1, '\0'));
}

TEST(QueryParams, ReplaceEscapesThatAreNotUtf8) {
    EXPECT_EQ(value_of_a("a=%C3"), "\uFFFD");
    EXPECT_EQ(value_of_a("a=%E2%82x"), "\uFFFDx");
    EXPECT_EQ(value_of_a("a=%F0%9F%98"), "\uFFFD");
    EXPECT_EQ(value_of_a("a=%ED%A0%80"), "\uFFFD\uFFFD\uFFFD");
    EXPECT_EQ(value_of_a("a=\u00E9%C3"), "\u00E9\uFFFD");
    EXPECT_EQ(value_of_a("a=%C3\u00E9"), "\uFFFD\u00E9");
}

TEST(QueryParams, TakeUnescapedBytesForUtf8OrElseForLatin1) {
    EXPECT_EQ(value_of_a("a=\xC3\xA9"), "\u00E9");
    EXPECT_EQ(value_of_a("a=\xE9"), "\u00E9");
    EXPECT_EQ(value_of_a("a=\xC3\xA9&b=\xFF"), "\u00C3\u00A9");
}

TEST(QueryParams, AreAtMostAThousand) {
    EXPECT_EQ(value_of_a(std::string(998, '&') + "&a=1"), "1");
    EXPECT_THROW(QueryParams{std::string(1000, '&')}, ApiError);
}

TEST(LocationWithSlash, EscapesThePathAnew) {
    EXPECT_EQ(location_of("/api/users"), "/api/users/");
    EXPECT_EQ(location_of("/%73ynka777"), "/synka777/");
    EXPECT_EQ(location_of("/with%20space"), "/with%20space/");
    EXPECT_EQ(location_of("/a;b,c:d@e&f=g$h!i*(j)~k"), "/a%3Bb,c:d@e&f%3Dg$h!i*(j)~k/");
    EXPECT_EQ(location_of("/what%3F%0A%00"), "/what%3F%0A%00/");
    EXPECT_EQ(location_of("/%c3%9c"), "/%C3%9C/");
    EXPECT_EQ(location_of("/%FF"), "/%25FF/");
    EXPECT_EQ(location_of("/100%"), "/100%25/");
}

TEST(LocationWithSlash, KeepsTheQuery) {
    EXPECT_EQ(location_of("/a?x=1+2&y=%20%c3%a9"), "/a/?x=1+2&y=%20%c3%a9");
    EXPECT_EQ(location_of("/a?"), "/a/");
    EXPECT_EQ(location_of("/a?a=b&&c==d;e\"f<g>"), "/a/?a=b&&c==d;e%22f%3Cg%3E");
    EXPECT_EQ(location_of("/a?|\\^`{}"), "/a/?%7C%5C%5E%60%7B%7D");
    EXPECT_EQ(location_of("/a?/%[]=:;$&()+,!?*@'~-._%zz%"), "/a/?/%[]=:;$&()+,!?*@'~-._%zz%");
}

TEST(LocationWithSlash, QuotesUnescapedBytesOfTheQueryAsLatin1) {
    EXPECT_EQ(location_of("/a?x=\xC3\xA9"), "/a/?x=%C3%83%C2%A9");
    EXPECT_EQ(location_of("/a?x=\xFF"), "/a/?x=%C3%BF");
}

TEST(LocationWithSlash, NeverNamesAnotherHost) {
    EXPECT_EQ(location_of("//evil.example/api/users"), "/%2Fevil.example/api/users/");
    EXPECT_EQ(location_of("/%2Fevil.example"), "/%2Fevil.example/");
}

}  // namespace
}  // namespace wdx::rest
