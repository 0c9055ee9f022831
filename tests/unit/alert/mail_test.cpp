#include "alert/mail.hpp"

#include <gtest/gtest.h>

namespace wdx::alert {
namespace {

const std::vector<std::string> kTo{"a@example.org", "b@example.org"};

TEST(MakeMail, KeepsForeignTextOutOfTheHeaders) {
    const Mail mail = make_mail({.id = 7,
                                 .kind = "new_wave",
                                 .text = "x\r\nBcc: <b>y</b>",
                                 .at = "2026-11-30T07:00:00.123Z",
                                 .link = "https://x/?a=\"&b"},
                                "from@example.org", kTo, "Mon, 30 Nov 2026 07:00:00 +0000");
    EXPECT_EQ(mail.headers,
              (std::vector<std::string>{
                  "Date: Mon, 30 Nov 2026 07:00:00 +0000", "From: watchdxg-back <from@example.org>",
                  "To: a@example.org, b@example.org", "Subject: [watchdxg] A new wave of users",
                  "Message-ID: <alert-7-new_wave-20261130070000123@example.org>", "Auto-Submitted: auto-generated"}));
    EXPECT_NE(mail.html.find("&lt;b&gt;y&lt;/b&gt;"), std::string::npos);
    EXPECT_NE(mail.html.find("<a href=\"https://x/?a=&quot;&amp;b\">"), std::string::npos);
}

TEST(MakeMail, SaysNothingForeignOfAnUnknownKind) {
    const Mail mail = make_mail({.id = 7, .kind = "later", .text = "x"}, "f@example.org", kTo, "d");
    EXPECT_EQ(mail.headers.at(3), "Subject: [watchdxg] An alert");
}

TEST(SenderOf, TakesTheUserOfTheUrlWhereThatIsAnAddress) {
    EXPECT_EQ(sender_of("smtps://me%40example.org:p%40ss@mail.example.org:465", kTo), "me@example.org");
    EXPECT_EQ(sender_of("smtp://me:pass@mail.example.org", kTo), "a@example.org");
    EXPECT_EQ(sender_of("smtp://mail.example.org", kTo), "a@example.org");
    EXPECT_EQ(sender_of("smtp://a%0D%0ARCPT%20TO:b%40c@mail.example.org", kTo), "a@example.org");
}

TEST(MustEncrypt, APasswordThatLeavesTheMachine) {
    EXPECT_TRUE(must_encrypt("smtp://me:pass@mail.example.org"));
    EXPECT_FALSE(must_encrypt("smtp://mail.example.org"));
    EXPECT_FALSE(must_encrypt("smtp://me:pass@127.0.0.1:2525"));
}

}  // namespace
}  // namespace wdx::alert
