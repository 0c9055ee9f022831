#include "alert/forms.hpp"

#include <algorithm>

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace wdx::alert {
namespace {

const Message kMessage{.id = 7,
                       .kind = "queue_stuck",
                       .text = "<!channel> *a* _b_ & [c](http://d) @everyone \"q\"",
                       .data = R"({"n": 1})",
                       .at = "2026-11-30T07:00:00Z",
                       .html = {},
                       .link = "https://x.example/admin/#/actions?a=b_c&d"};

std::string member(const Post& post, std::string_view name) {
    const auto body = boost::json::parse(post.body);
    return std::string(std::string_view(body.at(name).as_string()));
}

TEST(MakePost, WritesJsonAndSignsIt) {
    const Post post =
        make_post({.id = 7, .kind = "test", .text = "a", .data = R"({"n": 1})", .at = "t"}, Form::json, "key");
    EXPECT_EQ(post.body, R"({"id":7,"kind":"test","text":"a","data":{"n":1},"at":"t"})");
    // printf '%s' BODY | openssl dgst -sha256 -hmac key
    EXPECT_EQ(post.headers.back(),
              "X-Signature-256: sha256=006a9bff6afc7e545314783f98fadbbbc0c0c655f8926b03a1e9f5aeaab959a6");
}

TEST(MakePost, SignsNothingWithoutASecret) {
    EXPECT_EQ(make_post(kMessage, Form::json, "").headers.size(), 1U);
}

TEST(MakePost, LeavesSlackNoMentionsAndLinks) {
    EXPECT_EQ(member(make_post(kMessage, Form::slack, ""), "text"),
              "&lt;!channel&gt; *a* _b_ &amp; [c](http://d) @everyone \"q\"\n"
              "<https://x.example/admin/#/actions?a=b_c&amp;d>");
}

TEST(MakePost, LeavesDiscordNoMarks) {
    EXPECT_EQ(member(make_post(kMessage, Form::discord, ""), "content"),
              "\\<!channel\\> \\*a\\* \\_b\\_ & \\[c\\]\\(http\\://d\\) \\@everyone \"q\"\n"
              "<https://x.example/admin/#/actions?a=b_c&d>");
}

TEST(MakePost, CutsForDiscordWholeCharacters) {
    Message message = kMessage;
    message.text = std::string(899, '*') + "\xC3\xA4" + std::string(900, 'b');
    const std::string content = member(make_post(message, Form::discord, ""), "content");
    EXPECT_LT(content.size(), 2000U);
    EXPECT_NE(content.find("\\*...\n"), std::string::npos);
}

TEST(MakePost, TellsNtfyInHeadersThatNothingForeignIsIn) {
    const Post post = make_post(kMessage, Form::ntfy, "");
    EXPECT_EQ(post.body, kMessage.text);
    EXPECT_NE(std::find(post.headers.begin(), post.headers.end(), "Title: Planned actions are waiting"),
              post.headers.end());
    EXPECT_NE(std::find(post.headers.begin(), post.headers.end(), "Click: " + kMessage.link), post.headers.end());
}

}  // namespace
}  // namespace wdx::alert
