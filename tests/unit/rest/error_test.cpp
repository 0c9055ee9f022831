#include "rest/error.hpp"

#include <gtest/gtest.h>

namespace wdx::rest {
namespace {

const std::string* header_of(const ApiError& error, std::string_view name) {
    for (const auto& [key, value] : error.headers)
        if (key == name) return &value;
    return nullptr;
}

TEST(DetailBody, HasACodeOnlyIfThereIsOne) {
    EXPECT_EQ(detail_body("No."), R"({"detail":"No."})");
    EXPECT_EQ(detail_body("No.", "x"), R"({"detail":"No.","code":"x"})");
    EXPECT_EQ(detail_body("a\"b\\\xC3\xA9</"), "{\"detail\":\"a\\\"b\\\\\xC3\xA9</\"}");
}

TEST(ApiErrors, SpeakAsDjangoRestFramework) {
    EXPECT_EQ(bad_request("x").status, 400U);
    EXPECT_EQ(not_found().status, 404U);
    EXPECT_EQ(not_found().body, R"({"detail":"Not found."})");
    EXPECT_EQ(not_found("No XAccount matches the given query.").body,
              R"({"detail":"No XAccount matches the given query."})");
    EXPECT_EQ(method_not_allowed("PUT").status, 405U);
    EXPECT_EQ(method_not_allowed("PUT").body, R"({"detail":"Method \"PUT\" not allowed."})");
    EXPECT_EQ(not_acceptable().status, 406U);
    EXPECT_EQ(not_acceptable().body, R"({"detail":"Could not satisfy the request Accept header."})");
    EXPECT_EQ(unsupported_media_type("a/b; c=\"d\"").status, 415U);
    EXPECT_EQ(unsupported_media_type("a/b; c=\"d\"").body,
              R"({"detail":"Unsupported media type \"a/b; c=\"d\"\" in request."})");
    EXPECT_EQ(server_error().status, 500U);
}

TEST(Unauthorized, NamesTheBearerScheme) {
    const ApiError error = unauthorized("{}", "why");
    EXPECT_EQ(error.status, 401U);
    EXPECT_EQ(error.body, "{}");
    EXPECT_EQ(error.cause, "why");
    ASSERT_NE(header_of(error, "WWW-Authenticate"), nullptr);
    EXPECT_EQ(*header_of(error, "WWW-Authenticate"), "Bearer realm=\"api\"");
}

TEST(Unavailable, SaysWhenToTryAgain) {
    const ApiError error = unavailable(std::chrono::seconds{30});
    EXPECT_EQ(error.status, 503U);
    ASSERT_NE(header_of(error, "Retry-After"), nullptr);
    EXPECT_EQ(*header_of(error, "Retry-After"), "30");
}

TEST(FieldErrors, ThrowNothingWhileEmpty) {
    const FieldErrors errors;
    EXPECT_TRUE(errors.empty());
    EXPECT_NO_THROW(errors.throw_if_any());
}

TEST(FieldErrors, ReportEveryFieldWithEveryMessageInOrder) {
    FieldErrors errors;
    errors.add("username", {"One.", "Two."});
    errors.add("a\"b", {"\xC3\xA9"});
    EXPECT_FALSE(errors.empty());
    try {
        errors.throw_if_any();
        FAIL() << "nothing was thrown";
    } catch (const ApiError& error) {
        EXPECT_EQ(error.status, 400U);
        EXPECT_EQ(error.body, "{\"username\":[\"One.\",\"Two.\"],\"a\\\"b\":[\"\xC3\xA9\"]}");
    }
}

TEST(FieldErrors, OfOneFieldAreABadRequest) {
    EXPECT_EQ(field_error("account_id", "Enter a number.").status, 400U);
    EXPECT_EQ(field_error("account_id", "Enter a number.").body, R"({"account_id":["Enter a number."]})");
}

TEST(Throttled, SaysSoInDrfsWords) {
    using namespace std::chrono_literals;
    const ApiError error = throttled(2100ms);
    EXPECT_EQ(error.status, 429U);
    EXPECT_EQ(error.body, R"({"detail":"Request was throttled. Expected available in 3 seconds."})");
    ASSERT_EQ(error.headers.size(), 1U);
    EXPECT_EQ(error.headers[0].first, "Retry-After");
    EXPECT_EQ(error.headers[0].second, "3");
    EXPECT_EQ(throttled(1ns).body, R"({"detail":"Request was throttled. Expected available in 1 second."})");
    EXPECT_EQ(throttled(1s).headers[0].second, "1");
}

}  // namespace
}  // namespace wdx::rest
