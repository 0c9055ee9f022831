#include "insight/likeness.hpp"

#include <map>
#include <random>
#include <set>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wdx::insight {
namespace {

using std::chrono::sys_days;
using testing::ElementsAre;

sys_days month(int year, unsigned number) {
    return sys_days(std::chrono::year(year) / std::chrono::month(number) / 1);
}

TEST(HandleTemplate, HasALetterForARunOfLettersAndAZeroForEachDigit) {
    EXPECT_EQ(handle_template("Maria10001"), "a00000");
    EXPECT_EQ(handle_template("Jo_10002x"), "a_00000a");
    EXPECT_EQ(handle_template("99"), "00");
}

TEST(HandleTemplate, IsNoneOfAHandleWithoutADigit) {
    EXPECT_EQ(handle_template("nora_lind"), std::nullopt);
    EXPECT_EQ(handle_template(""), std::nullopt);
}

TEST(SharedText, IsWithoutOuterWhiteSpaceAndNoneWhereNothingIsLeft) {
    EXPECT_EQ(shared_text(" DM for promo\n"), "DM for promo");
    EXPECT_EQ(shared_text(" \t\n"), std::nullopt);
    EXPECT_EQ(shared_text("\u00a0\u3000"), std::nullopt);
}

TEST(KeyOf, IsTheBeginningOfTheSha256) {
    EXPECT_EQ(static_cast<std::uint64_t>(key_of("abc")), 0xba7816bf8f01cfeaU);
    EXPECT_NE(key_of("a"), key_of("A"));
}

TEST(TieOf, IsADifferentNumberForEachIdAndFollowsNoOrder) {
    std::set<double> ties;
    int rises = 0;
    for (std::int64_t id = 1; id <= 1000; ++id) {
        const double tie = tie_of(id);
        EXPECT_GE(tie, 0);
        EXPECT_LT(tie, 4294967296.0);
        rises += tie > tie_of(id - 1) ? 1 : 0;
        ties.insert(tie);
    }
    EXPECT_EQ(ties.size(), 1000U);
    EXPECT_GT(rises, 300);
    EXPECT_LT(rises, 700);
}

TEST(PeopleOf, AreTheRowsOfOneMonth) {
    const std::vector<Twin> twins{{.id = 1, .month = month(2024, 3), .last_seen = 5},
                                  {.id = 2, .month = month(2024, 3), .last_seen = 9},
                                  {.id = 3, .month = month(2024, 4)}};
    const std::vector<Person> people = people_of(twins);
    EXPECT_EQ(people[0].row, 2);
    EXPECT_EQ(people[1].row, 2);
    EXPECT_EQ(people[2].row, 3);
}

TEST(PeopleOf, ARowWithoutAMonthBelongsToTheOnlyMonthOfTheOthers) {
    const std::vector<Person> people =
        people_of({{.id = 7, .month = std::nullopt}, {.id = 3, .month = month(2024, 3)}});
    EXPECT_EQ(people[0].row, 7);  // seen by none, so the highest id stands
    EXPECT_EQ(people[1].row, 7);
    EXPECT_EQ(people[0].month, month(2024, 3));
}

TEST(PeopleOf, ARowWithoutAMonthStandsAloneBesideTwoMonths) {
    const std::vector<Person> people = people_of(
        {{.id = 1, .month = std::nullopt}, {.id = 2, .month = month(2024, 3)}, {.id = 3, .month = month(2024, 4)}});
    EXPECT_EQ(people[0].row, 1);
    EXPECT_EQ(people[0].month, std::nullopt);
}

TEST(PeopleOf, RowsWithoutAnyMonthAreOnePerson) {
    const std::vector<Person> people = people_of({{.id = 1, .last_seen = 2}, {.id = 2}});
    EXPECT_EQ(people[0].row, 1);
    EXPECT_EQ(people[1].row, 1);
}

/// A crowd in which month and template have nothing to do with each other, and a group of `planted` in one of them.
std::size_t found_groups(unsigned seed, int people, int planted, bool* has_planted) {
    std::mt19937 draw(seed);
    std::map<std::pair<int, int>, int> groups;
    std::map<int, int> months;
    std::map<int, int> templates;
    const auto add = [&](int month, int key) {
        ++groups[{month, key}];
        ++months[month];
        ++templates[key];
    };
    for (int i = 0; i < people; ++i) {
        // Few templates are common, many are rare, as those of real handles.
        const auto rare = static_cast<int>(draw() % 3000U);
        add(static_cast<int>(draw() % 150U), draw() % 3U == 0 ? static_cast<int>(draw() % 20U) : 100 + rare);
    }
    constexpr int kPlanted = 1'000'000;
    for (int i = 0; i < planted; ++i) add(75, kPlanted);
    std::size_t found = 0;
    for (const auto& [group, size] : groups) {
        const double expected = static_cast<double>(months[group.first]) * templates[group.second] / (people + planted);
        if (!is_larger_than_chance(size, expected, people + planted)) continue;
        ++found;
        if (group.second == kPlanted && has_planted != nullptr) *has_planted = true;
    }
    return found;
}

TEST(LargerThanChance, NothingIsFoundInFortyPermutedCrowds) {
    for (unsigned seed = 1; seed <= 40; ++seed) EXPECT_EQ(found_groups(seed, 5000, 0, nullptr), 0U) << seed;
}

TEST(LargerThanChance, FindsFiveAlikeAmongThousandsAndNotThree) {
    for (unsigned seed = 1; seed <= 10; ++seed) {
        bool has_five = false;
        bool has_three = false;
        found_groups(seed, 5000, 5, &has_five);
        found_groups(seed, 5000, 3, &has_three);
        EXPECT_TRUE(has_five) << seed;
        EXPECT_FALSE(has_three) << seed;
    }
}

TEST(LargerThanChance, NeedsThree) {
    EXPECT_FALSE(is_larger_than_chance(2, 1e-9, 10));
    EXPECT_TRUE(is_larger_than_chance(3, 1e-3, 10));
    EXPECT_FALSE(is_larger_than_chance(3, 4, 10));
}

}  // namespace
}  // namespace wdx::insight
