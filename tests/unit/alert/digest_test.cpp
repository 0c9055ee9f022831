#include "alert/digest.hpp"

#include <gtest/gtest.h>

namespace wdx::alert {
namespace {

constexpr std::chrono::sys_days kMonday{std::chrono::year{2026} / 11 / 30};

DigestFigures quiet_week() {
    DigestFigures figures{.from = kMonday - std::chrono::days(7), .to = kMonday};
    figures.accounts.push_back({.account = {1, "synka777"},
                                .users = {1000, 1000},
                                .followers = {800, 800},
                                .harmful = {20, 20},
                                .classified = {100, 100}});
    figures.unjudged = 900;
    figures.actions_waiting = 3;
    return figures;
}

TEST(IsQuiet, WhenNoFigureHasMoved) {
    EXPECT_TRUE(is_quiet(quiet_week()));
}

TEST(IsQuiet, NotWhenAnythingHappened) {
    DigestFigures figures = quiet_week();
    figures.verdicts = 1;
    EXPECT_FALSE(is_quiet(figures));
    figures = quiet_week();
    figures.alerts_total = 1;
    EXPECT_FALSE(is_quiet(figures));
    figures = quiet_week();
    figures.accounts.front().followers.to = 799;
    EXPECT_FALSE(is_quiet(figures));
}

TEST(IsQuiet, WhenAFigureIsNotKnown) {
    DigestFigures figures = quiet_week();
    figures.accounts.front().posts = {std::nullopt, 5};
    EXPECT_TRUE(is_quiet(figures));
}

TEST(SayDigest, ReadsLikeALetter) {
    DigestFigures figures = quiet_week();
    figures.accounts.front().followers.to = 1012;
    figures.accounts.front().new_users = 230;
    figures.accounts.front().harmful.to = 30;
    figures.accounts.front().classified.to = 120;
    figures.verdicts = 20;
    figures.alerts = {"A new wave at <@synka777>."};
    figures.alerts_total = 2;
    const Said said = say_digest(figures, "https://x.example/admin/#/overview");
    EXPECT_EQ(said.text,
              "Your audience from 2026-11-23 to 2026-11-29\n"
              "\n"
              "2 alerts\n"
              "- A new wave at <@synka777>.\n"
              "- And 1 more.\n"
              "\n"
              "@synka777\n"
              "  Followers               1,012, 212 more\n"
              "  Users known             1,000, as before\n"
              "  New                     230\n"
              "  Judged                  120, 20 more\n"
              "  Harmful, of the judged  25 %, 20 % before\n"
              "\n"
              "Work\n"
              "  Verdicts given        20\n"
              "  Users not judged yet  900\n"
              "  Actions waiting       3");
    EXPECT_NE(said.html.find("A new wave at &lt;@synka777&gt;."), std::string::npos);
    EXPECT_EQ(said.html.find("<@"), std::string::npos);
    EXPECT_NE(said.html.find("href=\"https://x.example/admin/#/overview\""), std::string::npos);
}

TEST(SayDigest, NamesOneDay) {
    DigestFigures figures = quiet_week();
    figures.is_daily = true;
    figures.from = kMonday - std::chrono::days(1);
    EXPECT_TRUE(say_digest(figures, "").text.starts_with("Your audience on 2026-11-29\n"));
}

}  // namespace
}  // namespace wdx::alert
