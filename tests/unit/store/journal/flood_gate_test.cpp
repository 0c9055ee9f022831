#include "store/journal/flood_gate.hpp"

#include <string>

#include <gtest/gtest.h>

namespace wdx::store {
namespace {

using namespace std::chrono_literals;

constexpr FloodGate::Time kStart{1000s};

std::uint64_t let_through(FloodGate& gate, std::string_view event, std::string_view address, int times,
                          FloodGate::Time now = kStart) {
    std::uint64_t passed = 0;
    for (int i = 0; i < times; ++i)
        if (gate.let_through(event, address, now)) ++passed;
    return passed;
}

TEST(FloodGate, LetsFewOfOneEventFromOneAddressThrough) {
    FloodGate gate;
    EXPECT_EQ(let_through(gate, "login_refused", "10.0.0.1", 25), FloodGate::kPerAddress);
    EXPECT_EQ(let_through(gate, "login_refused", "10.0.0.2", 1), 1U);
    EXPECT_EQ(let_through(gate, "login", "10.0.0.1", 1), 1U);
}

TEST(FloodGate, TellsHowManyItHeldBackWhenTheMinuteIsOver) {
    FloodGate gate;
    let_through(gate, "login_refused", "10.0.0.1", 25);
    let_through(gate, "login", "10.0.0.1", 2);
    EXPECT_TRUE(gate.close_windows(kStart + 59s).empty());
    EXPECT_EQ(let_through(gate, "login_refused", "10.0.0.1", 5, kStart + 59s), 0U);

    const auto due = gate.close_windows(kStart + FloodGate::kWindow);
    ASSERT_EQ(due.size(), 1U);
    EXPECT_EQ(due[0].kind, "login_refused");
    EXPECT_EQ(due[0].address, "10.0.0.1");
    EXPECT_EQ(due[0].count, 20U);
    EXPECT_EQ(let_through(gate, "login_refused", "10.0.0.1", 1, kStart + FloodGate::kWindow), 1U);
    EXPECT_TRUE(gate.close_windows(kStart + FloodGate::kWindow).empty());
}

TEST(FloodGate, BoundsAnEventFromManyAddresses) {
    FloodGate gate;
    std::uint64_t passed = 0;
    for (int i = 0; i < 1000; ++i) passed += let_through(gate, "throttled", "10.0.0." + std::to_string(i), 1);
    EXPECT_EQ(passed, FloodGate::kPerKind);
    const auto due = gate.close_windows(kStart + FloodGate::kWindow);
    ASSERT_EQ(due.size(), 1U);
    EXPECT_EQ(due[0].address, "");
    EXPECT_EQ(due[0].count, 1000 - FloodGate::kPerKind);
}

TEST(FloodGate, TellsEverythingAtTheEnd) {
    FloodGate gate;
    let_through(gate, "a", "", 11);
    let_through(gate, "b", "::1", 12);
    const auto due = gate.close_all();
    ASSERT_EQ(due.size(), 2U);
    EXPECT_EQ(due[0].count + due[1].count, 3U);
    EXPECT_TRUE(gate.close_all().empty());
}

}  // namespace
}  // namespace wdx::store
