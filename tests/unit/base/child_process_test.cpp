#include "base/child_process.hpp"

#include <array>
#include <unistd.h>

#include <gtest/gtest.h>

namespace wdx::base {
namespace {

/// What a program of the shell writes, both ways in one.
std::string output_of(const std::string& script, const std::vector<std::string>& environment = {}) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    EXPECT_EQ(run_program(ProcessUser::self(),
                          {.command = {"/bin/sh", "-c", script}, .environment = environment, .output = ends[1]}),
              0);
    ::close(ends[1]);
    std::string text(1000, '\0');
    text.resize(static_cast<std::size_t>(::read(ends[0], text.data(), text.size())));
    ::close(ends[0]);
    return text;
}

TEST(RunProgram, GivesTheExitStatus) {
    EXPECT_EQ(run_program(ProcessUser::self(), {.command = {"/bin/sh", "-c", "exit 7"}, .environment = {}}), 7);
}

TEST(RunProgram, TellsWhichSignalEndedTheProgram) {
    EXPECT_EQ(run_program(ProcessUser::self(), {.command = {"/bin/sh", "-c", "kill -9 $$"}, .environment = {}}), 137);
}

TEST(RunProgram, TellsThatThereIsNoSuchProgram) {
    EXPECT_EQ(run_program(ProcessUser::self(), {.command = {"/nonexistent"}, .environment = {}}), kCannotExecute);
}

TEST(RunProgram, SendsOutputAndErrorsToTheDescriptor) {
    EXPECT_EQ(output_of("echo one; echo two >&2"), "one\ntwo\n");
}

TEST(RunProgram, GivesNoInputAndExactlyTheEnvironment) {
    EXPECT_EQ(output_of("cat; echo \"$NAME,$HOME\"; pwd", {"NAME=value", "PATH=/usr/bin:/bin"}), "value,\n/\n");
}

TEST(RunProgram, LeavesNoSignalBlockedOrIgnored) {
    const SignalHold hold;
    EXPECT_EQ(run_program(ProcessUser::self(), {.command = {"/bin/sh", "-c", "kill -TERM $$"}, .environment = {}}),
              128 + SIGTERM);
}

TEST(RunInChild, TellsWhichSignalEndedIt) {
    EXPECT_EQ(run_in_child(ProcessUser::self(), [] { return ::raise(SIGKILL); }), 128 + SIGKILL);
}

TEST(SignalHold, DeliversWhatCameWhenItIsReleased) {
    static volatile sig_atomic_t came = 0;
    const auto before = ::signal(SIGTERM, [](int /*number*/) { came = 1; });
    SignalHold hold;
    ::raise(SIGTERM);
    EXPECT_EQ(came, 0);
    hold.release();
    EXPECT_EQ(came, 1);
    ::signal(SIGTERM, before);
}

}  // namespace
}  // namespace wdx::base
