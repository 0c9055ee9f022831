#include "insight/score.hpp"

#include "insight/keeping.hpp"

#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wdx::insight {
namespace {

using model::Facts;
using model::Microseconds;
using model::Source;
using std::chrono::sys_days;

const sys_days kDay = std::chrono::year(2026) / 5 / 20;
const Microseconds kNow = kDay + std::chrono::hours(12);

std::size_t index_of(std::string_view id) {
    const auto signals = model::all_signals();
    const auto found =
        std::find_if(signals.begin(), signals.end(), [&](const auto& signal) { return signal.id == id; });
    return static_cast<std::size_t>(found - signals.begin());
}

Source source() {
    return {.id = 7,
            .account = 1,
            .handle = "Maria10001",
            .name = "Maria",
            .bio = " ",
            .link = "x.example",
            .knows_bio = true,
            .knows_link = true,
            .knows_posts = true,
            .following = 4950,
            .followers = 9,
            .joined = kDay - std::chrono::days(45)};
}

TEST(FactsOf, AgesAreCountedToWhenSheWasLastSeen) {
    Source seen = source();
    seen.last_updated = Microseconds(kNow - std::chrono::days(40));
    seen.last_post = Microseconds(kNow - std::chrono::days(43));
    seen.posts = 1;
    EXPECT_EQ(facts_of(seen, kNow).age, 5);
    EXPECT_EQ(facts_of(seen, kNow).silent_days, 3);
    seen.last_updated.reset();
    EXPECT_EQ(facts_of(seen, kNow).age, 45);
    EXPECT_EQ(facts_of(seen, kNow).silent_days, 43);
}

TEST(FactsOf, WhatLiesAheadCountsAsToday) {
    Source ahead = source();
    ahead.joined = kDay + std::chrono::days(3);
    EXPECT_EQ(facts_of(ahead, kNow).age, 0);
}

TEST(FactsOf, NoPostsSayNothingSinceTheCoreStoresNobodyWithoutPosts) {
    Source row = source();
    EXPECT_EQ(facts_of(row, kNow).posts, 0);
    row.last_updated = sys_days(std::chrono::year(2025) / 6 / 27) + std::chrono::hours(23);
    EXPECT_EQ(facts_of(row, kNow).posts, 0);
    row.last_updated = sys_days(std::chrono::year(2025) / 6 / 28);
    EXPECT_EQ(facts_of(row, kNow).posts, std::nullopt);
    row.posts = 2;
    EXPECT_EQ(facts_of(row, kNow).posts, 2);
}

TEST(FactsOf, ABlankTextIsNoneAndAColumnThatIsNotThereIsNotKnown) {
    Source row = source();
    EXPECT_EQ(facts_of(row, kNow).has_bio, false);
    EXPECT_EQ(facts_of(row, kNow).has_link, true);
    row.knows_bio = false;
    EXPECT_EQ(facts_of(row, kNow).has_bio, std::nullopt);
    EXPECT_EQ(facts_of({.id = 1, .knows_bio = true}, kNow).has_bio, std::nullopt);  // nothing of the profile was seen
}

TEST(Assess, StrengthGrowsFromTheThresholdToFull) {
    Facts facts{.following = 50, .followers = 1};
    const std::size_t ratio = index_of("follow_ratio");
    EXPECT_EQ(assess(facts).strengths[ratio], 0.5);
    facts.following = 275;
    EXPECT_EQ(assess(facts).strengths[ratio], 0.75);
    facts.following = 1e6;
    EXPECT_EQ(assess(facts).strengths[ratio], 1);
    facts.following = 49;
    EXPECT_EQ(assess(facts).strengths[ratio], 0);
}

TEST(Assess, TheLimitOfFollowingEndsAndNeedsFewFollowers) {
    const std::size_t limit = index_of("following_limit");
    EXPECT_EQ(assess({.following = 4950, .followers = 999}).strengths[limit], 1);
    EXPECT_EQ(assess({.following = 4950, .followers = 1000}).strengths[limit], 0);
    EXPECT_EQ(assess({.following = 5101, .followers = 9}).strengths[limit], 0);
}

TEST(Assess, NamesWhatIsMissing) {
    const Assessment nothing = assess({});
    EXPECT_TRUE(std::all_of(nothing.values.begin(), nothing.values.end(), [](const auto& value) { return !value; }));
    EXPECT_EQ(nothing.missing[index_of("follow_ratio")], '3');
    EXPECT_EQ(nothing.missing[index_of("no_bio")], '1');
    EXPECT_EQ(assess({.following = 5}).missing[index_of("follow_ratio")], '2');
    EXPECT_EQ(assess({.handle = "ab"}).missing[index_of("handle_generated")], '4');
    EXPECT_EQ(assess({.handle = "ab"}).missing[index_of("handle_digits")], '0');
}

TEST(RiskOf, IsTheLogisticFunctionOfTheSumAndNoneOfNothing) {
    const std::vector<std::optional<double>> strengths{1.0, std::nullopt, 0.5};
    const std::vector<double> weights{2.0, 100.0, -1.0};
    EXPECT_DOUBLE_EQ(*risk_of(strengths, weights, -3), 1 / (1 + std::exp(1.5)));
    EXPECT_EQ(risk_of(std::vector<std::optional<double>>(3), weights, -3), std::nullopt);
    EXPECT_LE(*risk_of(strengths, std::vector<double>{1e4, 0, 0}, 0), 1);
}

TEST(Keep, HasTheKeysOfWhatUsersShare) {
    Source other = source();
    other.id = 8;
    other.handle = "joan99999";
    const model::KeptSignals one = keep(source(), kNow);
    const model::KeptSignals two = keep(other, kNow);
    EXPECT_EQ(one.template_key, two.template_key);
    EXPECT_NE(one.handle_key, two.handle_key);
    EXPECT_EQ(one.bio_key, std::nullopt);
    EXPECT_EQ(one.month, sys_days(std::chrono::year(2026) / 4 / 1));
    other.handle = "MARIA10001";
    EXPECT_EQ(one.handle_key, keep(other, kNow).handle_key);
}

TEST(SetWave, FiresFromThree) {
    model::KeptSignals kept = keep(source(), kNow);
    EXPECT_EQ(kept.wave, 0);
    set_wave(kept, 3);
    EXPECT_EQ(kept.assessment.values[model::wave_index()], 3);
    EXPECT_EQ(kept.assessment.strengths[model::wave_index()], 1);
}

}  // namespace
}  // namespace wdx::insight
