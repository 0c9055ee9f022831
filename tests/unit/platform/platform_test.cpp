#include "platform/descriptors.hpp"
#include "platform/memory.hpp"
#include "platform/numbers.hpp"
#include "platform/processes.hpp"
#include "platform/threads.hpp"

#include <cerrno>
#include <cmath>
#include <csignal>
#include <fcntl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wdx::platform {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Gt;
using testing::IsEmpty;
using testing::Lt;
using testing::Optional;

// What both branches must keep to; presets `sanitized` and `portable` build one each.

TEST(Platform, APipeCarriesBytesAndIsClosedOnExec) {
    const auto [read_end, write_end] = make_pipe();
    ASSERT_GE(read_end, 0);
    ASSERT_GE(write_end, 0);
    char byte = 0;
    EXPECT_EQ(::write(write_end, "x", 1), 1);
    EXPECT_EQ(::read(read_end, &byte, 1), 1);
    EXPECT_EQ(byte, 'x');
    for (const int end : {read_end, write_end}) {
        EXPECT_NE(::fcntl(end, F_GETFD) & FD_CLOEXEC, 0);
        ::close(end);
    }
}

TEST(Platform, ADatagramSocketNeverBlocksAndIsClosedOnExec) {
    const int made = make_unix_datagram_socket();
    ASSERT_GE(made, 0);
    EXPECT_NE(::fcntl(made, F_GETFD) & FD_CLOEXEC, 0);
    EXPECT_NE(::fcntl(made, F_GETFL) & O_NONBLOCK, 0);
    ::close(made);
}

TEST(Platform, TheMemoryOfTheProcessIsMegabytesWhereItIsKnown) {
    keep_memory_small();
    if (const auto bytes = resident_bytes()) EXPECT_THAT(*bytes, AllOf(Gt(1e6), Lt(1e10)));
#ifdef WDX_PORTABLE
    EXPECT_EQ(resident_bytes(), std::nullopt);
#endif
}

TEST(Platform, AThreadThatGivesWayStillRuns) {
    bool ran = false;
    std::thread([&] {
        give_way();
        ran = true;
    }).join();
    EXPECT_TRUE(ran);
}

TEST(Platform, AProcessIsFoundByItsUserAndAWordOfItsCommandLine) {
    const std::string mark = "7200." + std::to_string(::getpid());
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        end_with_parent();
        ::execlp("sleep", "sleep", mark.c_str(), nullptr);
        ::_exit(1);
    }
    std::vector<pid_t> found;
    for (int i = 0; i < 500 && found.empty(); ++i) {
        found = find_processes(::geteuid(), mark);
        if (found.empty()) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    EXPECT_THAT(found, ElementsAre(child));
    EXPECT_THAT(find_processes(::geteuid() + 1, mark), IsEmpty());
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
}

TEST(Platform, ANumberIsReadAsAWhole) {
    EXPECT_THAT(parse_double("0.1"), Optional(0.1));
    EXPECT_THAT(parse_double("-12"), Optional(-12.0));
    EXPECT_THAT(parse_double(".5"), Optional(0.5));
    EXPECT_THAT(parse_double("1e3"), Optional(1000.0));
    EXPECT_THAT(parse_double("1.7976931348623157e308"), Optional(1.7976931348623157e308));
    EXPECT_TRUE(std::isinf(parse_double("-inf").value()));
    EXPECT_TRUE(std::isnan(parse_double("nan").value()));
    for (const char* text : {"", " 1", "1 ", "+1", "1,5", "0x10", "1e", "-", "one", "1e999", "1e-999", "--1", "\t1"})
        EXPECT_EQ(parse_double(text), std::nullopt) << text;
    EXPECT_EQ(parse_double(std::string_view("12345", 2)), 12.0);
}

}  // namespace
}  // namespace wdx::platform
