#include "app/readiness.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wdx::app {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using State = Readiness::State;

constexpr const char* kNotChecked = "migrations: not checked yet";

class ReadinessTest : public testing::Test {
  protected:
    void open() {
        readiness_.database_is_up();
        readiness_.begin_check();
        readiness_.open();
    }

    /// @return whether a wait of an hour for the first attempt has ended
    bool wait_ends() {
        auto note_end = [this](const std::exception_ptr&) { ended_ = true; };
        asio::co_spawn(context_, readiness_.wait_for_first_attempt(1h), note_end);
        return poll();
    }

    bool poll() {
        context_.restart();
        context_.poll();
        return ended_;
    }

    asio::io_context context_;
    bool ended_ = false;
    Readiness readiness_{context_.get_executor()};
    Readiness::Facts well_{.database_up = true, .schema_known = true};
};

TEST_F(ReadinessTest, SaysAtTheStartThatNothingIsKnownYet) {
    EXPECT_EQ(readiness_.state(), State::connecting);
    EXPECT_FALSE(readiness_.is_open());
    EXPECT_THAT(readiness_.problems({}), ElementsAre("database: not connected yet", kNotChecked));
}

TEST_F(ReadinessTest, SaysWhyTheDatabaseCannotBeReached) {
    readiness_.database_is_down("connection refused");
    EXPECT_THAT(readiness_.problems({}), ElementsAre("database: connection refused", kNotChecked));
    readiness_.database_is_up();
    EXPECT_THAT(readiness_.problems({.database_up = true}), ElementsAre(kNotChecked));
}

TEST_F(ReadinessTest, IsOpenAfterTheCheck) {
    readiness_.database_is_up();
    readiness_.begin_check();
    EXPECT_EQ(readiness_.state(), State::checking);
    EXPECT_FALSE(readiness_.is_open());
    readiness_.open();
    EXPECT_TRUE(readiness_.is_open());
    EXPECT_THAT(readiness_.problems(well_), IsEmpty());
}

TEST_F(ReadinessTest, ConnectsAgainWhenTheCheckCouldNotBeMade) {
    readiness_.database_is_up();
    readiness_.begin_check();
    readiness_.postpone("the server shuts down");
    EXPECT_EQ(readiness_.state(), State::connecting);
    EXPECT_THAT(readiness_.problems({.database_up = true}),
                ElementsAre("database: the server shuts down", kNotChecked));
    open();
    EXPECT_THAT(readiness_.problems(well_), IsEmpty());
}

TEST_F(ReadinessTest, StaysOpenWhileTheDatabaseIsAway) {
    open();
    readiness_.database_is_down("the connection was lost");
    EXPECT_TRUE(readiness_.is_open());
    EXPECT_THAT(readiness_.problems({.database_up = false, .schema_known = true}),
                ElementsAre("database: the connection was lost"));
    readiness_.database_is_up();
    EXPECT_THAT(readiness_.problems(well_), IsEmpty());
}

TEST_F(ReadinessTest, SaysWhatIsWrongWithTheCoresTables) {
    open();
    EXPECT_THAT(readiness_.problems({.database_up = true}), ElementsAre("core schema: not read yet"));
    EXPECT_THAT(readiness_.problems({.database_up = true, .schema_known = true, .schema_problem = "no table users"}),
                ElementsAre("core schema: no table users"));
}

TEST_F(ReadinessTest, TakesNoStepFromAnotherState) {
    readiness_.open();
    EXPECT_EQ(readiness_.state(), State::connecting);
    readiness_.postpone("never begun");
    EXPECT_THAT(readiness_.problems({}), ElementsAre("database: not connected yet", kNotChecked));
    open();
    readiness_.begin_check();
    EXPECT_TRUE(readiness_.is_open());
}

TEST_F(ReadinessTest, StaysFailed) {
    readiness_.begin_check();
    readiness_.fail();
    readiness_.open();
    readiness_.postpone("too late");
    readiness_.begin_check();
    EXPECT_TRUE(readiness_.has_failed());
    EXPECT_FALSE(readiness_.is_open());
}

TEST_F(ReadinessTest, WaitsUntilTheDatabaseIsReached) {
    EXPECT_FALSE(wait_ends());
    readiness_.database_is_up();
    EXPECT_TRUE(poll());
    EXPECT_TRUE(readiness_.is_first_attempt_over());
}

TEST_F(ReadinessTest, WaitsUntilTheFirstAttemptHasFailed) {
    EXPECT_FALSE(wait_ends());
    readiness_.database_is_down("connection refused");
    EXPECT_TRUE(poll());
}

TEST_F(ReadinessTest, DoesNotWaitForAnAttemptThatIsOver) {
    readiness_.database_is_down("connection refused");
    EXPECT_TRUE(wait_ends());
}

TEST_F(ReadinessTest, StopsWaitingWhenTheProgramStops) {
    EXPECT_FALSE(wait_ends());
    readiness_.stop_waiting();
    EXPECT_TRUE(poll());
    EXPECT_FALSE(readiness_.is_first_attempt_over());
}

TEST_F(ReadinessTest, GivesUpWaitingAfterItsPatience) {
    auto note_end = [this](const std::exception_ptr&) { ended_ = true; };
    asio::co_spawn(context_, readiness_.wait_for_first_attempt(1ms), note_end);
    context_.run();
    EXPECT_TRUE(ended_);
}

}  // namespace
}  // namespace wdx::app
