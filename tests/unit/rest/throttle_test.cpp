#include "rest/throttle.hpp"

#include <gtest/gtest.h>

namespace wdx::rest {
namespace {

using namespace std::chrono_literals;
using Time = Throttle::Clock::time_point;

constexpr auto kNow = 0s;
const Time kStart{1000s};

TEST(Throttle, AllowsSoManyInAPeriod) {
    Throttle throttle({3, 60s});
    EXPECT_EQ(throttle.take("a", kStart), kNow);
    EXPECT_EQ(throttle.take("a", kStart + 10s), kNow);
    EXPECT_EQ(throttle.take("a", kStart + 20s), kNow);
    EXPECT_EQ(throttle.take("a", kStart + 25s), 35s);
}

TEST(Throttle, TellsHowLongUntilTheOldestIsOver) {
    Throttle throttle({1, 60s});
    throttle.take("a", kStart);
    EXPECT_EQ(throttle.take("a", kStart + 59s + 900ms), 100ms);
    EXPECT_EQ(throttle.take("a", kStart + 60s), kNow);
}

TEST(Throttle, TheWindowSlides) {
    Throttle throttle({2, 60s});
    throttle.take("a", kStart);
    throttle.take("a", kStart + 50s);
    EXPECT_EQ(throttle.take("a", kStart + 61s), kNow);
    EXPECT_EQ(throttle.take("a", kStart + 62s), 48s);
}

TEST(Throttle, WhatWasRefusedDoesNotCount) {
    Throttle throttle({1, 60s});
    throttle.take("a", kStart);
    for (int i = 1; i < 60; ++i) throttle.take("a", kStart + std::chrono::seconds(i));
    EXPECT_EQ(throttle.take("a", kStart + 60s), kNow);
}

TEST(Throttle, KeysDoNotTouchEachOther) {
    Throttle throttle({1, 60s});
    throttle.take("a", kStart);
    EXPECT_EQ(throttle.take("b", kStart), kNow);
    EXPECT_NE(throttle.take("a", kStart), kNow);
}

TEST(Throttle, WithoutACountNothingIsLimitedOrRemembered) {
    Throttle throttle({std::nullopt, 60s});
    for (int i = 0; i < 1000; ++i) EXPECT_EQ(throttle.take("a", kStart), kNow);
    EXPECT_EQ(throttle.keys(), 0U);
}

TEST(Throttle, WhatIsGivenBackDoesNotCount) {
    Throttle throttle({2, 60s});
    throttle.take("a", kStart);
    throttle.take("a", kStart + 1s);
    throttle.give_back("a", kStart);
    EXPECT_EQ(throttle.take("a", kStart + 2s), kNow);
    EXPECT_EQ(throttle.take("a", kStart + 3s), 58s);
    throttle.give_back("a", kStart + 1s);
    throttle.give_back("a", kStart + 2s);
    EXPECT_EQ(throttle.keys(), 0U);
}

TEST(Throttle, GivingBackWhatIsForgottenChangesNothing) {
    Throttle throttle({1, 60s});
    throttle.give_back("a", kStart);
    throttle.take("a", kStart);
    throttle.give_back("a", kStart + 1s);
    EXPECT_NE(throttle.take("a", kStart + 2s), kNow);
}

TEST(Throttle, ForgetsKeysWhoseTimeIsOver) {
    Throttle throttle({5, 60s});
    for (int i = 0; i < 100; ++i) throttle.take(std::to_string(i), kStart);
    throttle.take("a", kStart + 60s);
    EXPECT_EQ(throttle.keys(), 1U);
}

TEST(Throttle, ForgetsTheQuietestKeysBeyondItsLimit) {
    Throttle throttle({1, 3600s});
    throttle.take("oldest", kStart);
    throttle.take("second", kStart + 1s);
    for (std::size_t i = 0; i < Throttle::kMostKeys - 1; ++i) throttle.take(std::to_string(i), kStart + 2s);
    EXPECT_EQ(throttle.keys(), Throttle::kMostKeys);
    EXPECT_NE(throttle.take("second", kStart + 3s), kNow);
    EXPECT_EQ(throttle.take("oldest", kStart + 3s), kNow);
    EXPECT_EQ(throttle.keys(), Throttle::kMostKeys);
}

TEST(Throttle, BoundsTheTimesOfAllKeys) {
    constexpr unsigned kMany = Throttle::kMostTimes / 2 + 1;
    Throttle throttle({kMany, 3600s});
    for (const char* key : {"a", "b"})
        for (unsigned i = 0; i < kMany; ++i) throttle.take(key, kStart);
    EXPECT_EQ(throttle.keys(), 1U);
    EXPECT_NE(throttle.take("b", kStart), kNow);
}

TEST(ThrottleSlot, GivesBackUnlessItIsKept) {
    Throttle throttle({1, 60s});
    throttle.take("a", kStart);
    { const ThrottleSlot slot(throttle, "a", kStart); }
    EXPECT_EQ(throttle.take("a", kStart + 1s), kNow);
    {
        ThrottleSlot slot(throttle, "a", kStart + 1s);
        slot.keep();
    }
    EXPECT_NE(throttle.take("a", kStart + 2s), kNow);
}

TEST(ThrottleSlot, MovesWithItsEvent) {
    Throttle throttle({1, 60s});
    throttle.take("a", kStart);
    ThrottleSlot outer;
    {
        ThrottleSlot inner(throttle, "a", kStart);
        ThrottleSlot second(std::move(inner));
        outer = std::move(second);
    }
    EXPECT_NE(throttle.take("a", kStart + 1s), kNow);
    outer = ThrottleSlot();
    EXPECT_EQ(throttle.take("a", kStart + 2s), kNow);
}

TEST(ThrottleKey, JoinsTheAddressesOfAnIPv6Network) {
    EXPECT_EQ(throttle_key("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
    EXPECT_EQ(throttle_key("2001:db8:1:2::1"), throttle_key("2001:db8:1:2:ffff::"));
    EXPECT_NE(throttle_key("2001:db8:1:2::1"), throttle_key("2001:db8:1:3::1"));
    EXPECT_EQ(throttle_key("::1"), "::/64");
    EXPECT_EQ(throttle_key("fe80::1%3"), "fe80::/64");
}

TEST(ThrottleKey, KeepsIPv4AddressesApartAndNamesUnixSockets) {
    EXPECT_EQ(throttle_key("203.0.113.9"), "203.0.113.9");
    EXPECT_EQ(throttle_key(""), "unix");
}

}  // namespace
}  // namespace wdx::rest
