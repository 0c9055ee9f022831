#include "base/periodic.hpp"

#include <stdexcept>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace wdx::base {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// A loop whose step counts, and does what a test wants of it.
class PeriodicTest : public testing::Test {
  protected:
    asio::awaitable<std::chrono::milliseconds> step() {
        ++steps_;
        if (during_step_) during_step_();
        co_return pause_;
    }

    /// Runs until nothing is left to do; everything that waits for a timer stays where it is.
    void poll() {
        context_.restart();
        context_.poll();
    }

    void begin() {
        auto note_end = [this](const std::exception_ptr& failure) {
            ended_ = true;
            failure_ = failure;
        };
        asio::co_spawn(context_, loop_.run(), note_end);
        poll();
    }

    asio::io_context context_;
    int steps_ = 0;
    std::chrono::milliseconds pause_ = 1h;
    std::function<void()> during_step_;
    bool ended_ = false;
    std::exception_ptr failure_;
    Periodic loop_{context_.get_executor(), [this] { return step(); }};
};

TEST_F(PeriodicTest, RunsAStepAtOnceAndThenWaits) {
    begin();
    EXPECT_EQ(steps_, 1);
    EXPECT_FALSE(ended_);
    poll();
    EXPECT_EQ(steps_, 1);
}

TEST_F(PeriodicTest, RunsTheNextStepAfterTheTimeThatTheStepChose) {
    pause_ = 1ms;
    during_step_ = [this] {
        if (steps_ == 3) loop_.stop();
    };
    begin();
    context_.restart();
    context_.run();
    EXPECT_EQ(steps_, 3);
    EXPECT_TRUE(ended_);
}

TEST_F(PeriodicTest, DoesNotWaitWhenTheStepSaysZero) {
    during_step_ = [this] { pause_ = steps_ < 5 ? 0ms : 3'600'000ms; };
    begin();
    EXPECT_EQ(steps_, 5);
}

TEST_F(PeriodicTest, EndsTheWaitWhenItIsWoken) {
    begin();
    loop_.wake();
    poll();
    EXPECT_EQ(steps_, 2);
    EXPECT_FALSE(ended_);
}

TEST_F(PeriodicTest, DoesNotForgetThatItWasWokenDuringAStep) {
    during_step_ = [this] {
        if (steps_ == 1) loop_.wake();
    };
    begin();
    EXPECT_EQ(steps_, 2);
    poll();
    EXPECT_EQ(steps_, 2);
}

TEST_F(PeriodicTest, EndsWhenItIsStoppedWhileItWaits) {
    begin();
    loop_.stop();
    loop_.stop();
    poll();
    EXPECT_EQ(steps_, 1);
    EXPECT_TRUE(ended_);
    EXPECT_FALSE(failure_);
}

TEST_F(PeriodicTest, EndsWhenItIsStoppedDuringAStep) {
    during_step_ = [this] { loop_.stop(); };
    begin();
    EXPECT_EQ(steps_, 1);
    EXPECT_TRUE(ended_);
}

TEST_F(PeriodicTest, RunsNoStepWhenItWasStoppedBefore) {
    loop_.stop();
    begin();
    EXPECT_EQ(steps_, 0);
    EXPECT_TRUE(ended_);
}

TEST_F(PeriodicTest, HandsOnWhatAStepThrows) {
    during_step_ = [] { throw std::runtime_error("a fault"); };
    begin();
    EXPECT_TRUE(ended_);
    EXPECT_TRUE(failure_);
}

}  // namespace
}  // namespace wdx::base
