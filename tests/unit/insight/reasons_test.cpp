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
    EXPECT_THAT(reasons_of(0.1, {{&signal("no_bio"), 1, 0.5},
                                 {&signal("follow_ratio"), 123.456, 1.5},
                                 {&signal("certified"), 1, -0.6}}),
                ElementsAre("It follows 123.46 times as many as follow it.", "It has a blue mark, which speaks for it.",
                            "It has no bio."));
}

TEST(ReasonsOf, SaysFirstThatTheScoreLeavesItOpen) {
    EXPECT_THAT(reasons_of(0.5, {{&signal("wave"), 12, 1.5}}),
                ElementsAre("The score leaves it open: a verdict tells most.",
                            "It is one of 12 that joined in the same month and look alike."));
    EXPECT_EQ(reasons_of(0.76, {{&signal("wave"), 12, 1.5}}).size(), 1U);
}

TEST(ReasonsOf, SaysSomethingAlsoWhereNothingFires) {
    EXPECT_EQ(reasons_of(0.05, {}).size(), 1U);
}

TEST(ReasonsOf, HasASentenceForEachSignalAndFiveAtMost) {
    std::vector<Finding> all;
    for (const model::Signal& one : model::all_signals()) {
        const auto reasons = reasons_of(0.9, {{&one, 7, 1}});
        EXPECT_THAT(reasons.front(), Not(HasSubstr("{")));
        EXPECT_EQ(reasons.front().back(), '.') << one.id;
        all.push_back({&one, 7, 1});
    }
    EXPECT_EQ(reasons_of(0.9, all).size(), kMostReasons);
}

}  // namespace
}  // namespace wdx::insight
