#include "insight/report_html.hpp"

#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wdx::insight {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

/// The whole page on users, each an object as text.
std::string render(const std::vector<std::string>& users) {
    ReportText text{.json = R"({"users":[)", .generated_at = "2026-01-01T00:00:00Z", .generator = "g", .sha256 = "abc"};
    for (const std::string& user : users) {
        if (!text.users.empty()) text.json += ',';
        text.users.emplace_back(text.json.size(), user.size());
        text.json += user;
    }
    text.json += "]}";
    ReportPage page(std::move(text));
    std::string html;
    for (std::string piece = "-"; !piece.empty(); html += piece) {
        piece.clear();
        page.next(piece);
    }
    return html;
}

/// What a reader sees: without the style at the top and the JSON at the end.
std::string body_of(const std::string& html) {
    const std::size_t begin = html.find("<body>");
    return html.substr(begin, html.find("<pre id") - begin);
}

/// What is known of one user; each part may be replaced.
struct User {
    std::string profile = R"({"id":7,"handle":"first","username":"First"})";
    std::string account = "null";
    std::string verdict = "null";
    std::string risk = R"("risk":0.5,"band":"high")";
    std::string signals{};
    std::string actions = R"({"total":0,"rows":[]})";
    std::string posts = R"({"total":0,"rows":[]})";

    [[nodiscard]] std::string json() const {
        return R"({"profile":)" + profile + R"(,"account":)" + account + R"(,"verdict":)" + verdict +
               R"(,"signals":{"version":"2",)" + risk + R"(,"signals":[)" + signals + R"(]},"actions":)" + actions +
               R"(,"posts":)" + posts + "}";
    }
};

std::string page_of(const User& user) {
    return render({user.json()});
}

/// With that JSON as handle, bio, notes and text of a post.
User user_with(const std::string& text) {
    return {.profile = R"({"id":7,"handle":)" + text + R"(,"bio":)" + text + "}",
            .verdict = R"({"harmful":true,"notes":)" + text + "}",
            .posts = R"({"total":9,"rows":[{"id":9007199254740993,"text":)" + text + "}]}"};
}

std::string signal(const std::string& id, const std::string& value, const std::string& threshold,
                   const std::string& contribution, const std::string& missing = "null") {
    return R"({"id":")" + id + R"(","value":)" + value + R"(,"threshold":)" + threshold +
           R"(,"weight":1,"contribution":)" + contribution + R"(,"missing":)" + missing + "}";
}

TEST(ReportPage, EscapesWhateverStandsInIt) {
    const std::string html = page_of(user_with(R"("<b a='1' c=\"2\">&amp;\r\n")"));
    EXPECT_THAT(html, Not(HasSubstr("<b ")));
    EXPECT_THAT(html, HasSubstr("<bdi>&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;amp;&#13;\n</bdi>"));
}

TEST(ReportPage, HoldsTheJsonByteByByte) {
    // Longer than a piece of it.
    const std::string user = user_with('"' + std::string(600'000, 'x') + '"').json();
    std::string escaped;
    for (const char c : R"({"users":[)" + user + "]}") escaped += c == '"' ? std::string("&quot;") : std::string(1, c);
    const std::string html = render({user});
    EXPECT_THAT(html, HasSubstr("<pre id=\"report\">" + escaped + "</pre>"));
    EXPECT_THAT(html, HasSubstr("<dd><code>abc</code></dd>"));
    EXPECT_THAT(html, HasSubstr("SHA-256 abc\"; }"));  // at the foot of each printed page
}

TEST(ReportPage, IsolatesNamesAndTextsWhateverTheirDirection) {
    const std::string arabic = "\u0623\u0645\u0644";
    const std::string html = body_of(page_of(user_with('"' + arabic + '"')));
    EXPECT_THAT(html, HasSubstr("<bdi>@" + arabic + "</bdi>"));
    EXPECT_THAT(html, HasSubstr("<bdi>" + arabic + "</bdi>"));
    EXPECT_THAT(html, HasSubstr(R"(<p class="kept" dir="auto">)" + arabic + "</p>"));
    std::size_t times = 0;
    for (std::size_t at = html.find(arabic); at != std::string::npos; at = html.find(arabic, at + 1), ++times) {
        const std::string before = html.substr(0, at);
        EXPECT_TRUE(before.ends_with("<bdi>@") || before.ends_with("<bdi>") || before.ends_with("dir=\"auto\">"));
    }
    EXPECT_GE(times, 5U);
}

TEST(ReportPage, CallsNothingUnknown) {
    const User nobody{.profile = R"({"id":7,"handle":null,"username":null,"bio":null,"followers_count":null})",
                      .verdict = R"({"harmful":null,"inactive":null,"classified_at":null,"notes":null})",
                      .risk = R"("risk":null,"band":null)",
                      .signals = signal("no_bio", "null", "null", "0", R"("bio")") + "," +
                                 signal("wave", "0", "3", "0") + "," +
                                 signal("handle_generated", "null", "-1.75", "0", R"("handle: too little")"),
                      .actions = R"({"total":1,"rows":[{"id":1,"action_type":null,"timestamp":null,"notes":null}]})",
                      .posts = R"({"total":1,"rows":[{"id":2,"timestamp":null,"text":null,"likes":null}]})"};
    const std::string html = body_of(page_of(nobody));
    EXPECT_THAT(html, Not(HasSubstr("nknown")));
    EXPECT_THAT(html, Not(HasSubstr("null")));
    EXPECT_THAT(html, HasSubstr("User 7 (no name stored)"));
    EXPECT_THAT(html, HasSubstr(R"(<p class="result">None</p>)"));
    EXPECT_THAT(html, HasSubstr("not computed (missing: bio)"));
    EXPECT_THAT(html, HasSubstr("not computed (handle: too little)"));
    EXPECT_THAT(html, Not(HasSubstr("missing: )")));
    EXPECT_THAT(html, HasSubstr("No signal fires. 2 could not be computed for want of data."));
}

TEST(ReportPage, SaysWhatTheCoreDoesNotKeep) {
    const std::string html = page_of({.actions = "null", .posts = "null"});
    EXPECT_THAT(html, HasSubstr("This database keeps no posts. This database keeps no actions."));
}

TEST(ReportPage, SaysInOneSentenceWhoItIs) {
    const std::string html = page_of(
        {.profile = R"({"id":7,"handle":"first","username":"First","created_at":"2020-01-01","followers_count":2000,)"
                    R"("following_count":1,"follower":true,"last_updated":"2026-01-02T03:04:05Z"})",
         .account = R"({"id":1,"handle":"synka777"})"});
    EXPECT_THAT(html,
                HasSubstr("<bdi>First</bdi> <span class=\"handle\"><bdi>@first</bdi></span> joined X in January 2020,"
                          " follows <bdi>@synka777</bdi>, has 2,000 followers, follows 1 account in all and was "
                          "last seen on 2 January 2026 at 03:04 UTC.</p>"));
    EXPECT_THAT(html, HasSubstr("https://x.com/first<"));
}

TEST(ReportPage, HasNoMoreDigitsOfAScoreThanSaySomething) {
    const std::string html = body_of(page_of(
        {.risk = R"("risk":0.94276310204817,"band":"very_high","rank":0.97123456,"as_of":"2026-01-02T03:04:05Z")",
         .signals = signal("follow_ratio", "415.33333333333", "50", "1.35714285714286")}));
    EXPECT_THAT(html, HasSubstr("0.94 <small>of 1, very high</small>"));
    EXPECT_THAT(
        html,
        HasSubstr(
            "Rank 0.97 of 1 among the users seen at the same account. Computed on 2 January 2026 at 03:04 UTC. "));
    EXPECT_THAT(html, HasSubstr("it is not a probability"));
    EXPECT_THAT(html, Not(ContainsRegex("[0-9]\\.[0-9][0-9][0-9]")));
}

TEST(ReportPage, SaysHowManyUsersWithSuchAScoreAreHarmfulWhereThatIsKnown) {
    EXPECT_THAT(page_of({.risk = R"("risk":0.5,"probability":0.3149,"band":"high")"}),
                HasSubstr("By the operator's verdicts on users drawn at random, 31 of 100 users with such a score are "
                          "harmful. A score"));
    EXPECT_THAT(page_of({.risk = R"("risk":0.5,"probability":null,"band":"high")"}), Not(HasSubstr("of 100 users")));
}

TEST(ReportPage, SaysInWordsWhichSignalsFireTheStrongestFirst) {
    const std::string html = page_of(
        {.signals = signal("no_bio", "true", "null", "0.5") + "," + signal("certified", "true", "null", "-0.6") + "," +
                    signal("follow_ratio", "415", "50", "1.36") + "," + signal("wave", "2", "3", "0")});
    const std::string why = html.substr(html.find("Why:"), html.find("Timeline") - html.find("Why:"));
    const auto ratio = why.find("Follows far more than follow it");
    const auto mark = why.find("Blue mark");
    const auto bio = why.find("No bio");
    EXPECT_TRUE(ratio < mark && mark < bio && bio != std::string::npos);
    EXPECT_THAT(why, HasSubstr("<td>415 accounts followed for each follower</td><td class=\"limit\">at least 50</td>"
                               "<td class=\"figure\">+1.36</td>"));
    EXPECT_THAT(why, HasSubstr("What lowers the score speaks for the user. 1 other signal does not fire."));
    EXPECT_THAT(why, Not(HasSubstr("Part of a wave")));
}

TEST(ReportPage, TellsWhatHappenedInTheOrderOfTime) {
    const std::string html = page_of(
        {.profile =
             R"({"id":7,"handle":"first","username":"First","created_at":"2026-01-01","last_updated":"2026-01-09T00:00:00Z"})",
         .verdict = R"({"harmful":true,"inactive":false,"classified_at":"2026-01-05T00:00:00.5Z","notes":null})",
         .actions =
             R"({"total":2,"rows":[{"id":1,"action_type":"block","timestamp":"2026-01-05T00:00:00Z","notes":"why"},)"
             R"({"id":2,"action_type":"mute","timestamp":null,"notes":null}]})",
         .posts =
             R"({"total":1240,"rows":[{"id":4,"timestamp":"2026-01-06T00:00:00Z","text":"late","repost":true,)"
             R"("handle":"other","username":"Other"},)"
             R"({"id":3,"timestamp":"2026-01-03T00:00:00Z","text":"early","likes":1204,"replies":1,"repost":false,)"
             R"("handle":"first","username":"First"}]})"});
    const std::string timeline =
        html.substr(html.find("<h3>Timeline"), html.find("<h3>All values") - html.find("<h3>Timeline"));
    std::size_t last = 0;
    for (const std::string_view event :
         {"January 2026</th>", "Joined X", "2026-01-03 00:00:00", ">early<", "1,204 likes, 1 reply, ", "status/3<",
          "Action: <bdi>block</bdi>", ">why<", "Verdict: Harmful",
          "Repost</span> of a post by <bdi>Other</bdi> <bdi>@other</bdi>", ">late<", "Profile last seen",
          "no time stored", "Action: <bdi>mute</bdi>"}) {
        const std::size_t at = timeline.find(event);
        ASSERT_NE(at, std::string::npos) << event;
        EXPECT_LT(last, at) << event;
        last = at;
    }
    EXPECT_THAT(timeline, HasSubstr("The newest 2 of 1,240 posts are shown. All 2 actions are shown."));
    EXPECT_THAT(timeline, Not(HasSubstr("<bdi>First</bdi>")));
}

TEST(ReportPage, PutsPostsOfOneMomentInTheOrderOfTheirNumbers) {
    const std::string at = R"(,"timestamp":"2026-01-03T00:00:00Z"})";
    const std::string html = page_of({.posts = R"({"total":2,"rows":[{"id":2)" + at + R"(,{"id":1)" + at + "]}"});
    EXPECT_LT(html.find("status/1<"), html.find("status/2<"));
}

TEST(ReportPage, BeginsWithATableOfContentsWhereThereAreMany) {
    const User second{.profile = R"({"id":8,"handle":"second"})",
                      .verdict = R"({"harmful":false,"inactive":false})",
                      .risk = R"("risk":0.031,"band":"low")",
                      .signals = signal("certified", "true", "null", "-0.4")};
    const std::string html = body_of(render({User{}.json(), second.json()}));
    EXPECT_THAT(html, HasSubstr("<h1>Report on 2 X users</h1>"));
    EXPECT_THAT(html, HasSubstr("<a href=\"#user-2\"><span><bdi>@second</bdi></span></a></th><td>Not harmful</td>"
                                "<td class=\"figure\">0.03</td><td>Blue mark, for the user</td>"));
    EXPECT_THAT(html, HasSubstr(R"(<section class="user" id="user-2">)"));
    const std::string alone = body_of(render({User{}.json()}));
    EXPECT_THAT(alone, HasSubstr("<h1>Report on an X user</h1>"));
    EXPECT_THAT(alone, Not(HasSubstr("<a ")));
}

TEST(ReportPage, ShowsNumbersAsTheyStandAmongAllValues) {
    const std::string html = body_of(page_of({.profile = R"({"id":7,"followers_count":9007199254740993,"bio":null})"}));
    EXPECT_THAT(html, HasSubstr("<code>followers_count</code></th><td>9007199254740993</td>"));
    EXPECT_THAT(html, HasSubstr(R"(<code>bio</code></th><td><span class="none">not stored</span></td>)"));
    EXPECT_THAT(html, HasSubstr("has 9,007,199,254,740,993 followers"));
}

TEST(ReportPage, RefusesWhatIsNoJson) {
    EXPECT_THROW(render({"{"}), std::runtime_error);
}

}  // namespace
}  // namespace wdx::insight
