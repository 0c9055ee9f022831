#include "config/data_dir.hpp"

#include <gtest/gtest.h>

namespace wdx::config {
namespace {

TEST(DefaultDataDir, PrefersTheFolderOfSystemd) {
    const Environment environment{{"STATE_DIRECTORY", "/var/lib/wdx:/var/lib/more"}, {"HOME", "/home/op"}};
    EXPECT_EQ(default_data_dir(environment, 0), "/var/lib/wdx");
    EXPECT_EQ(default_data_dir(environment, 1000), "/var/lib/wdx");
}

TEST(DefaultDataDir, IsInVarLibForRoot) {
    EXPECT_EQ(default_data_dir({{"HOME", "/root"}, {"XDG_DATA_HOME", "/x"}}, 0), "/var/lib/watchdxg-back");
}

TEST(DefaultDataDir, FollowsXdgForOthers) {
    EXPECT_EQ(default_data_dir({{"HOME", "/home/op"}, {"XDG_DATA_HOME", "/x"}}, 1000), "/x/watchdxg-back");
    EXPECT_EQ(default_data_dir({{"HOME", "/home/op"}}, 1000), "/home/op/.local/share/watchdxg-back");
    EXPECT_EQ(default_data_dir({{"HOME", "/home/op"}, {"XDG_DATA_HOME", ""}, {"STATE_DIRECTORY", ""}}, 1000),
              "/home/op/.local/share/watchdxg-back");
}

TEST(DefaultDataDir, IgnoresRelativePaths) {
    EXPECT_EQ(default_data_dir({{"HOME", "/home/op"}, {"XDG_DATA_HOME", "data"}, {"STATE_DIRECTORY", "s"}}, 1000),
              "/home/op/.local/share/watchdxg-back");
    EXPECT_EQ(default_data_dir({{"HOME", "here"}}, 1000), std::nullopt);
    EXPECT_EQ(default_data_dir({}, 1000), std::nullopt);
}

}  // namespace
}  // namespace wdx::config
