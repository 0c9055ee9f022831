#include "insight/reasons.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wdx::insight {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const model::Signal& signal(std::string_view id) {
    for (const model::Signal& one : model::all_signals())
        if (one.id == id) return one;
    throw std::logic_error("no such signal");
}

TEST(ReasonsOf, PutsWhatCountsMostFirstForOrAgainst) {
    EXPECT_THAT(
        reasons_of({}, {{&signal("no_bio"), 1, 0.5}, {&signal("wave"), 12, 1.5}, {&signal("certified"), 1, -0.6}}),
        ElementsAre("Is one of 12 users who joined in the same month and look alike",
                    "Has a blue mark, which speaks for it", "Has no bio"));
}

TEST(ReasonsOf, SaysOnceHowManyFollowWhom) {
    const std::vector<model::Finding> findings{{&signal("no_bio"), 1, 1.9},
                                               {&signal("follow_ratio"), 415, 1.5},
                                               {&signal("following_limit"), 4980, 1},
                                               {&signal("followers_below_15"), 12, 0.5},
                                               {&signal("followers_below_100"), 12, 0.3}};
    EXPECT_THAT(reasons_of({4980, 12}, findings), ElementsAre("Follows 4,980 accounts, followed by 12", "Has no bio"));
    EXPECT_THAT(reasons_of({1, 0}, {findings[3]}), ElementsAre("Follows 1 account, followed by nobody"));
    EXPECT_THAT(reasons_of({std::nullopt, 1}, {findings[3]}), ElementsAre("Followed by 1"));
}

TEST(ReasonsOf, CountsOneAndMany) {
    EXPECT_THAT(reasons_of({}, {{&signal("inactive"), 1, 1}}), ElementsAre("Had not posted for 1 day when last seen"));
    EXPECT_THAT(reasons_of({}, {{&signal("inactive"), 1234, 1}}),
                ElementsAre("Had not posted for 1,234 days when last seen"));
    EXPECT_THAT(reasons_of({}, {{&signal("following_per_day"), 45.6, 1}}),
                ElementsAre("Followed 46 accounts a day since it joined"));
}

TEST(ReasonsOf, SaysSomethingAlsoWhereNothingFires) {
    EXPECT_THAT(reasons_of({}, {}), ElementsAre("No signal fires: nothing is known against it"));
}

TEST(ReasonsOf, HasASentenceForEachSignalAndFiveAtMost) {
    std::vector<model::Finding> all;
    for (const model::Signal& one : model::all_signals()) {
        const auto reasons = reasons_of({}, {{&one, 7, 1}});
        EXPECT_THAT(reasons.front(), Not(HasSubstr("{"))) << one.id;
        EXPECT_THAT(reasons.front(), Not(HasSubstr("|"))) << one.id;
        all.push_back({&one, 7, 1});
    }
    EXPECT_EQ(reasons_of({}, all).size(), kMostReasons);
}

}  // namespace
}  // namespace wdx::insight
