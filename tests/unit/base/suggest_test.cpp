#include "base/suggest.hpp"

#include <array>

#include <gtest/gtest.h>

namespace wdx::base {
namespace {

const std::array<std::string, 3> names{"WDX_IDLE_TIMEOUT", "WDX_BODY_TIMEOUT", "WDX_LISTEN"};

TEST(ClosestName, FindsASlip) {
    EXPECT_EQ(closest_name("WDX_IDLE_TIMOUT", names), "WDX_IDLE_TIMEOUT");
    EXPECT_EQ(closest_name("WDX_LISTNE", names), "WDX_LISTEN");
    EXPECT_EQ(closest_name("WDX_BODY_TIMEOUTS", names), "WDX_BODY_TIMEOUT");
}

TEST(ClosestName, DoesNotGuessWildly) {
    EXPECT_EQ(closest_name("WDX_COLOUR", names), std::nullopt);
    EXPECT_EQ(closest_name("", names), std::nullopt);
    EXPECT_EQ(closest_name(std::string(5000, 'W'), names), std::nullopt);
}

TEST(NearestName, FindsOneHoweverFarItIs) {
    EXPECT_EQ(nearest_name("WDX_COLOUR", names), "WDX_LISTEN");
    EXPECT_EQ(nearest_name("", names), "WDX_LISTEN");
    EXPECT_EQ(nearest_name("WDX_LISTEN", {}), std::nullopt);
    EXPECT_EQ(nearest_name(std::string(5000, 'W'), names), std::nullopt);
}

}  // namespace
}  // namespace wdx::base
