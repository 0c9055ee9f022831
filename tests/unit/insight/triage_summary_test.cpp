#include "insight/triage_summary.hpp"

#include "insight/simulated_crowd.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wdx::insight {
namespace {

using model::Cell;
using model::Known;
using model::Turn;
using testing::HasSubstr;
using testing::StartsWith;

Cell cell(Known known, std::int64_t people, bool harmful, int level) {
    return {.level = level, .known = known, .harmful = harmful, .people = people, .least_risk = level / 20.0};
}

std::vector<Turn> turns_of(std::size_t count, double risk) {
    return std::vector<Turn>(count, Turn{.user_id = 1, .risk = risk});
}

TEST(SummarizeTriage, ExpectsOfTheNextUsersWhatTheirRankSays) {
    const std::vector<Cell> crowd{cell(Known::sampled, 10, true, 19), cell(Known::sampled, 10, false, 19),
                                  cell(Known::sampled, 40, false, 0), cell(Known::unjudged, 40, false, 19),
                                  cell(Known::unjudged, 500, false, 0)};
    std::vector<Turn> turns = turns_of(40, 0.97);
    for (const Turn& turn : turns_of(160, 0.1)) turns.push_back(turn);
    const TriageSummary summary = summarize_triage(crowd, turns);
    EXPECT_EQ(summary.unjudged, 540);
    EXPECT_DOUBLE_EQ(summary.harmful_left->estimate, 20);
    EXPECT_EQ(summary.next[0], 5);
    EXPECT_EQ(summary.next[1], 20);
    EXPECT_EQ(summary.next[2], 20);
    EXPECT_THAT(summary.text, StartsWith("Of 540 users not judged yet, about 20 are harmful ("));
    EXPECT_THAT(summary.text, HasSubstr("Expect 20 harmful users among the next 50 verdicts."));
}

TEST(SummarizeTriage, SaysWhenItIsTimeToStop) {
    const std::vector<Cell> crowd{cell(Known::sampled, 99, false, 0), cell(Known::sampled, 1, true, 0),
                                  cell(Known::unjudged, 60, false, 0)};
    const TriageSummary summary = summarize_triage(crowd, turns_of(60, 0.1));
    EXPECT_THAT(summary.text,
                StartsWith("It is time to stop: fewer than one harmful user is expected among the next 50"));
    EXPECT_NEAR(*summary.next[2], 0.6, 1e-9);
}

TEST(SummarizeTriage, SaysHowManyVerdictsAreMissing) {
    const TriageSummary summary =
        summarize_triage(std::vector<Cell>{cell(Known::sampled, 12, true, 3), cell(Known::unjudged, 9, false, 3)}, {});
    EXPECT_EQ(summary.unjudged, 9);
    EXPECT_FALSE(summary.harmful_left || summary.next[0]);
    EXPECT_THAT(summary.text, HasSubstr("judge 18 users more"));
}

TEST(SummarizeTriage, HasAnEnd) {
    const TriageSummary summary = summarize_triage(std::vector<Cell>{cell(Known::judged, 5, true, 3)}, {});
    EXPECT_EQ(summary.text, "Everybody is judged.");
    EXPECT_EQ(summary.harmful_left->high, 0);
    EXPECT_EQ(summary.next[2], 0);
}

TEST(SummarizeTriage, ForeseesWhatTheNextVerdictsFind) {
    double expected = 0;
    double found = 0;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        SimulatedCrowd crowd(seed, 1500);
        crowd.judge(4, 60);
        const std::vector<Turn> turns = crowd.turns(5, 200);
        expected += *summarize_triage(crowd.cells(), turns).next[2];
        for (const Turn& turn : turns) found += crowd.people[static_cast<std::size_t>(turn.user_id)].harmful ? 1 : 0;
    }
    EXPECT_NEAR(expected / found, 1, 0.1);
}

}  // namespace
}  // namespace wdx::insight
