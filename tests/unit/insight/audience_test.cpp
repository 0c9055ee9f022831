#include "insight/audience.hpp"

#include "insight/simulated_crowd.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wdx::insight {
namespace {

using model::Cell;
using model::Known;
using testing::AllOf;
using testing::Ge;
using testing::Le;

constexpr std::uint64_t kSeeds = 100;

Cell cell(Known known, std::int64_t people, bool harmful = false, bool inactive = false, int level = 0) {
    const auto followers = static_cast<double>(people);
    return {.level = level,
            .known = known,
            .harmful = harmful,
            .inactive = inactive,
            .people = people,
            .followers = followers,
            .followers_squared = followers,
            .least_risk = 0.1 * level};
}

bool covers(const std::optional<Estimate>& estimate, double truth) {
    return estimate->low <= truth && truth <= estimate->high;
}

TEST(EstimateAudience, CoversTheTruthAsOftenAsItPromisesForAnOperatorWhoFollowsTriage) {
    int harmful = 0;
    int inactive = 0;
    int effective = 0;
    int reach = 0;
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
        SimulatedCrowd crowd(seed, 1500);
        crowd.judge(4, 60);
        const Audience audience = estimate_audience(crowd.cells());
        ASSERT_EQ(audience.followers, 1500);
        ASSERT_TRUE(audience.harmful) << audience.reason;
        double truth[4] = {};
        for (const auto& person : crowd.people) {
            const bool is_effective = !person.harmful && !person.inactive;
            truth[0] += person.harmful ? 1 : 0;
            truth[1] += person.inactive ? 1 : 0;
            truth[2] += is_effective ? 1 : 0;
            truth[3] += is_effective ? person.followers : 0;
        }
        harmful += covers(audience.harmful, truth[0]) ? 1 : 0;
        inactive += covers(audience.inactive, truth[1]) ? 1 : 0;
        effective += covers(audience.effective, truth[2]) ? 1 : 0;
        reach += covers(audience.reach, truth[3]) ? 1 : 0;
    }
    EXPECT_THAT(harmful, AllOf(Ge(90), Le(99)));
    EXPECT_THAT(inactive, AllOf(Ge(90), Le(99)));
    EXPECT_THAT(effective, AllOf(Ge(90), Le(99)));
    EXPECT_THAT(reach, AllOf(Ge(90), Le(99)));
}

TEST(EstimateAudience, KnowsWhatIsJudgedAndEstimatesTheRest) {
    const Audience audience =
        estimate_audience(std::vector<Cell>{cell(Known::judged, 100, true), cell(Known::sampled, 30),
                                            cell(Known::sampled, 10, true, true), cell(Known::unjudged, 400)});
    EXPECT_EQ(audience.followers, 540);
    EXPECT_EQ(audience.n, 40U);
    EXPECT_DOUBLE_EQ(audience.harmful->estimate, 100 + 10 + 100);
    EXPECT_DOUBLE_EQ(audience.inactive->estimate, 10 + 100);
    EXPECT_DOUBLE_EQ(audience.effective->estimate, 30 + 300);
    EXPECT_DOUBLE_EQ(audience.reach->estimate, 30 + 300);
    EXPECT_GT(audience.harmful->low, 110);
    EXPECT_LT(audience.harmful->high, 510);
    EXPECT_LT(audience.harmful->low, audience.harmful->estimate);
}

TEST(EstimateAudience, SaysByRankWhatTheSampledOnesSay) {
    // A fifth of the sampled ones have a high rank, but only a tenth of the unjudged.
    const Audience audience =
        estimate_audience(std::vector<Cell>{cell(Known::sampled, 10, true, false, 19), cell(Known::sampled, 40),
                                            cell(Known::unjudged, 100, false, false, 19), cell(Known::unjudged, 900)});
    EXPECT_DOUBLE_EQ(audience.harmful->estimate, 10 + 100);
}

TEST(EstimateAudience, LeavesAnIntervalWhereNoneOfTheSampledIsHarmful) {
    const Audience audience =
        estimate_audience(std::vector<Cell>{cell(Known::sampled, 60), cell(Known::unjudged, 1000)});
    EXPECT_EQ(audience.harmful->estimate, 0);
    EXPECT_EQ(audience.harmful->low, 0);
    EXPECT_THAT(audience.harmful->high, AllOf(Ge(30), Le(80)));  // the rule of three: 50
}

TEST(EstimateAudience, NeedsThirtySampledVerdictsUnlessAllIsKnown) {
    const Audience few = estimate_audience(
        std::vector<Cell>{cell(Known::judged, 500), cell(Known::sampled, 29), cell(Known::unjudged, 1)});
    EXPECT_FALSE(few.harmful || few.inactive || few.effective || few.reach);
    EXPECT_THAT(few.reason, testing::HasSubstr("there are 29"));
    const Audience known = estimate_audience(std::vector<Cell>{cell(Known::judged, 3, true), cell(Known::sampled, 2)});
    EXPECT_EQ(known.harmful->low, 3);
    EXPECT_EQ(known.harmful->high, 3);
    EXPECT_EQ(estimate_audience({}).followers, 0);
}

}  // namespace
}  // namespace wdx::insight
