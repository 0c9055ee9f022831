#include "db/lane.hpp"

#include "db/error.hpp"

#include <array>
#include <optional>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wdx::db {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr std::int64_t kOne = 1;
constexpr std::int64_t kOther = 2;

/// Somebody who wants a place.
struct Guest {
    LeaveSlot leave{};
    std::optional<Lane::Place> place{};
    bool is_refused = false;
    bool is_busy = false;
};

class LaneTest : public testing::Test {
  protected:
    std::shared_ptr<Lane> make(std::size_t places, std::size_t queue, unsigned share = 100,
                               std::chrono::milliseconds patience = 1h) {
        return std::make_shared<Lane>(
            context_.get_executor(),
            LaneOptions{.name = "reports", .places = places, .queue = queue, .share = share, .patience = patience});
    }

    static asio::awaitable<void> wait(Lane& lane, std::int64_t owner, Guest& guest) {
        try {
            guest.place.emplace(co_await lane.enter({.owner = owner, .leave = &guest.leave}));
        } catch (const DbError& error) {
            guest.is_refused = true;
            guest.is_busy = error.is_busy();
        }
    }

    void enter(Lane& lane, std::int64_t owner, Guest& guest) {
        asio::co_spawn(context_, wait(lane, owner, guest), [](const std::exception_ptr& failure) {
            if (failure) std::rethrow_exception(failure);
        });
        settle();
    }

    void settle() {
        context_.restart();
        context_.poll();
    }

    /// @return which of the first ones have a place
    [[nodiscard]] std::vector<bool> inside(std::size_t count) const {
        std::vector<bool> all;
        for (std::size_t i = 0; i < count; ++i) all.push_back(guests_.at(i).place.has_value());
        return all;
    }

    std::array<Guest, 4> guests_;  // outlive whoever waits
    asio::io_context context_;
};

TEST_F(LaneTest, LetsThemInInTheirOrder) {
    const auto lane = make(1, 2);
    for (std::size_t i = 0; i < 3; ++i) enter(*lane, kOne, guests_.at(i));
    EXPECT_THAT(inside(3), ElementsAre(true, false, false));
    guests_[0].place.reset();
    settle();
    EXPECT_THAT(inside(3), ElementsAre(false, true, false));
    guests_[1].place.reset();
    settle();
    EXPECT_THAT(inside(3), ElementsAre(false, false, true));
}

TEST_F(LaneTest, RefusesWhoFindsTheQueueFull) {
    const auto lane = make(1, 1);
    for (std::size_t i = 0; i < 3; ++i) enter(*lane, kOne, guests_.at(i));
    EXPECT_TRUE(guests_[2].is_busy);
    const LaneStatus status = lane->status();
    EXPECT_EQ(status.running, 1);
    EXPECT_EQ(status.waiting, 1);
    EXPECT_TRUE(status.is_full);
    EXPECT_EQ(status.refused, 1);
}

TEST_F(LaneTest, GivesOneOwnerAShareOfThePlacesAndOfTheQueue) {
    const auto lane = make(2, 2, 50);
    enter(*lane, kOne, guests_[0]);
    enter(*lane, kOne, guests_[1]);
    enter(*lane, kOne, guests_[2]);
    enter(*lane, kOther, guests_[3]);
    EXPECT_THAT(inside(4), ElementsAre(true, false, false, true));
    EXPECT_TRUE(guests_[2].is_busy);
    guests_[3].place.reset();
    settle();
    EXPECT_THAT(inside(4), ElementsAre(true, false, false, false));
    guests_[0].place.reset();
    settle();
    EXPECT_THAT(inside(4), ElementsAre(false, true, false, false));
}

TEST_F(LaneTest, AlwaysHasOneForEachOwner) {
    const auto lane = make(1, 1, 1);
    enter(*lane, kOne, guests_[0]);
    EXPECT_TRUE(guests_[0].place);
}

TEST_F(LaneTest, FreesTheSeatOfWhoLeaves) {
    const auto lane = make(1, 1);
    enter(*lane, kOne, guests_[0]);
    enter(*lane, kOne, guests_[1]);
    guests_[1].leave();
    settle();
    EXPECT_TRUE(guests_[1].is_refused);
    EXPECT_FALSE(guests_[1].is_busy);
    enter(*lane, kOne, guests_[2]);
    guests_[0].place.reset();
    settle();
    EXPECT_THAT(inside(3), ElementsAre(false, false, true));
    EXPECT_EQ(lane->status().refused, 0);
}

TEST_F(LaneTest, PassesThePlaceOnOfWhoLeavesWhenItIsGiven) {
    const auto lane = make(1, 2);
    for (std::size_t i = 0; i < 3; ++i) enter(*lane, kOne, guests_.at(i));
    guests_[0].place.reset();
    guests_[1].leave();
    settle();
    EXPECT_THAT(inside(3), ElementsAre(false, false, true));
}

TEST_F(LaneTest, RefusesWhoWaitedTooLong) {
    const auto lane = make(1, 1, 100, 0ms);
    enter(*lane, kOne, guests_[0]);
    enter(*lane, kOne, guests_[1]);
    EXPECT_TRUE(guests_[1].is_busy);
    EXPECT_EQ(lane->status().waiting, 0);
}

TEST_F(LaneTest, LetsNobodyInOnceItIsClosed) {
    const auto lane = make(1, 1);
    enter(*lane, kOne, guests_[0]);
    enter(*lane, kOne, guests_[1]);
    lane->close();
    settle();
    EXPECT_TRUE(guests_[1].is_refused);
    guests_[0].place.reset();
    enter(*lane, kOne, guests_[2]);
    EXPECT_TRUE(guests_[2].is_refused);
    EXPECT_FALSE(guests_[2].is_busy);
}

}  // namespace
}  // namespace wdx::db
