#include "alert/backoff.hpp"

#include <gtest/gtest.h>

namespace wdx::alert {
namespace {

using namespace std::chrono_literals;

constexpr Backoff kBackoff{.first = 30s, .most = 1h};

TEST(PauseAfter, DoublesUpToTheLongest) {
    EXPECT_EQ(pause_after(kBackoff, 1, 1), 30s);
    EXPECT_EQ(pause_after(kBackoff, 2, 1), 60s);
    EXPECT_EQ(pause_after(kBackoff, 7, 1), 1920s);
    EXPECT_EQ(pause_after(kBackoff, 8, 1), 1h);
    EXPECT_EQ(pause_after(kBackoff, 1'000'000, 1), 1h);
}

TEST(PauseAfter, IsARandomPartOfThatAHalfAtLeast) {
    EXPECT_EQ(pause_after(kBackoff, 1, 0), 15s);
    EXPECT_EQ(pause_after(kBackoff, 1, 0.5), 22500ms);
}

}  // namespace
}  // namespace wdx::alert
