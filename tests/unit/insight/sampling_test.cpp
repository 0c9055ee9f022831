#include "insight/sampling.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wdx::insight {
namespace {

using model::Turn;
using testing::ElementsAre;

std::vector<Turn> list_of(std::initializer_list<std::int64_t> ids) {
    std::vector<Turn> turns;
    for (const std::int64_t id : ids) turns.push_back({.user_id = id});
    return turns;
}

/// The ids, those drawn below zero.
std::vector<std::int64_t> shown(const std::vector<Turn>& turns) {
    std::vector<std::int64_t> ids;
    for (const Turn& turn : turns) ids.push_back(turn.sampled ? -turn.user_id : turn.user_id);
    return ids;
}

TEST(IsSampledPlace, TakesTheirShareOfThePlaces) {
    std::vector<std::size_t> places;
    for (std::size_t place = 1; place <= 13; ++place)
        if (is_sampled_place(place, 0.33)) places.push_back(place);
    EXPECT_THAT(places, ElementsAre(4, 7, 10, 13));
    EXPECT_FALSE(is_sampled_place(1, 0));
    EXPECT_TRUE(is_sampled_place(1, 1));
}

TEST(TakeTurns, ShowsNobodyTwice) {
    EXPECT_THAT(shown(take_turns(list_of({1, 2, 3, 4, 5}), list_of({1, 3, 5, 2, 4}), 0.5, 5)),
                ElementsAre(1, -3, 2, -5, 4));
}

TEST(TakeTurns, GivesAPlaceWithoutAUserDrawnToTheBest) {
    EXPECT_THAT(shown(take_turns(list_of({1, 2, 3}), list_of({2}), 1, 9)), ElementsAre(-2, 1, 3));
}

TEST(TakeTurns, EndsWhereNobodyIsLeft) {
    EXPECT_TRUE(take_turns({}, {}, 0.33, 9).empty());
    EXPECT_THAT(shown(take_turns(list_of({1, 2}), list_of({2, 1}), 0, 1)), ElementsAre(1));
}

}  // namespace
}  // namespace wdx::insight
