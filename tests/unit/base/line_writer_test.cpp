#include "base/line_writer.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace wdx::base {
namespace {

using namespace std::chrono_literals;

constexpr auto kLong = 20s;  ///< a machine may be busy
constexpr std::size_t kMostBytes = 1000;

std::string describe(std::uint64_t lines) {
    return fmt::format("{} missing\n", lines);
}

/// A pipe that takes little.
class Pipe {
  public:
    explicit Pipe(int flags = 0) {
        EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC), 0);
        EXPECT_GT(::fcntl(ends_[1], F_SETPIPE_SZ, 4096), 0);
        if (flags != 0) {
            EXPECT_EQ(::fcntl(ends_[1], F_SETFL, flags), 0);
        }
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    ~Pipe() {
        close_reader();
        ::close(ends_[1]);
    }

    [[nodiscard]] int writer() const { return ends_[1]; }
    void close_reader() {
        if (ends_[0] >= 0) ::close(ends_[0]);
        ends_[0] = -1;
    }
    /// Reads until the text ends so.
    std::string read_to(std::string_view end) {
        std::string text;
        std::array<char, 4096> piece{};
        while (!text.ends_with(end)) {
            const ssize_t got = ::read(ends_[0], piece.data(), piece.size());
            if (got <= 0) break;
            text.append(piece.data(), static_cast<std::size_t>(got));
        }
        return text;
    }

  private:
    std::array<int, 2> ends_{-1, -1};
};

TEST(LineWriter, WritesLinesInTheirOrder) {
    Pipe pipe;
    LineWriter writer(pipe.writer(), kMostBytes, describe);
    writer.add("one\n");
    writer.add("two\n");
    EXPECT_TRUE(writer.finish(kLong));
    EXPECT_EQ(pipe.read_to("two\n"), "one\ntwo\n");
    EXPECT_EQ(writer.lost(), 0);
}

/// How many lines a text says are missing, in all.
std::uint64_t sum_of_missing(const std::string& text) {
    std::istringstream lines(text);
    std::uint64_t sum = 0;
    for (std::string line; std::getline(lines, line);)
        if (line.ends_with(" missing")) sum += std::stoull(line);
    return sum;
}

TEST(LineWriter, NeitherWaitsForTheReaderNorForgetsWhatItDropped) {
    for (const int flags : {0, O_NONBLOCK}) {
        Pipe pipe(flags);
        LineWriter writer(pipe.writer(), 10'000, describe);
        const std::string line = std::string(99, 'x') + '\n';
        constexpr std::uint64_t kLines = 1000;
        for (std::uint64_t i = 0; i < kLines; ++i) writer.add(line);
        EXPECT_FALSE(writer.finish(1ms));
        const std::uint64_t lost = writer.lost();
        EXPECT_GT(lost, kLines - 300);
        EXPECT_LT(lost, kLines);
        std::string text;
        const auto written = [&text] {
            return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), 'x')) / 99;
        };
        // Lines may come after the one that tells of those that are missing.
        while (written() + sum_of_missing(text) < kLines) text += pipe.read_to("\n");
        EXPECT_EQ(sum_of_missing(text), lost);
        EXPECT_EQ(written() + lost, kLines);
        writer.add("after\n");
        EXPECT_TRUE(writer.finish(kLong));
        EXPECT_EQ(pipe.read_to("after\n"), "after\n");
    }
}

TEST(LineWriter, CountsWhatCouldNotBeWritten) {
    ::signal(SIGPIPE, SIG_IGN);
    Pipe pipe;
    pipe.close_reader();
    LineWriter writer(pipe.writer(), kMostBytes, describe);
    writer.add("one\n");
    writer.add("two\n");
    EXPECT_FALSE(writer.finish(kLong));
    EXPECT_EQ(writer.lost(), 2);
    writer.add("three\n");
    EXPECT_FALSE(writer.finish(kLong));
    EXPECT_EQ(writer.lost(), 3);
}

TEST(LineWriter, GoesOnInAFile) {
    const std::filesystem::path folder = testing::TempDir() + "/line_writer_test";
    std::filesystem::remove_all(folder);
    Pipe pipe;
    pipe.close_reader();
    LineWriter writer(pipe.writer(), kMostBytes, describe);
    EXPECT_THROW(writer.open("/proc/nothing/here"), std::system_error);
    writer.add("one\n");
    EXPECT_FALSE(writer.finish(kLong));
    writer.open(folder / "log");
    writer.add("two\n");
    EXPECT_TRUE(writer.finish(kLong));
    std::ostringstream text;
    text << std::ifstream(folder / "log").rdbuf();
    EXPECT_EQ(text.str(), "two\n1 missing\n");
}

TEST(LineWriter, DoesNotWaitForTheReaderOfANamedPipe) {
    const std::string path = testing::TempDir() + "/line_writer_pipe";
    ::unlink(path.c_str());
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    Pipe pipe;
    LineWriter writer(pipe.writer(), kMostBytes, describe);
    EXPECT_THROW(writer.open(path), std::system_error);
}

}  // namespace
}  // namespace wdx::base
