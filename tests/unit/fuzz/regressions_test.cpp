// Replays what the fuzz targets once failed on (tests/fuzz/regressions/<target>/), and a few short inputs.
#include "source_folder.hpp"
#include "targets.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace wdx::fuzz {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

TEST(FuzzTargets, HoldForWhatTheyOnceFailedOn) {
    for (const auto& folder : fs::directory_iterator(source_folder() / "tests/fuzz/regressions")) {
        const std::string name = folder.path().filename().string();
        const auto* const target =
            std::find_if(kTargets.begin(), kTargets.end(), [&](const Target& one) { return one.name == name; });
        ASSERT_NE(target, kTargets.end()) << name;
        for (const auto& file : fs::directory_iterator(folder.path())) {
            SCOPED_TRACE(file.path().string());
            EXPECT_NO_THROW(target->run(read_file(file.path())));
        }
    }
}

TEST(FuzzTargets, HoldForEverySingleByte) {
    for (const Target& target : kTargets) {
        EXPECT_NO_THROW(target.run({})) << target.name;
        for (int byte = 0; byte < 256; ++byte) {
            const std::string input(1, static_cast<char>(byte));
            EXPECT_NO_THROW(target.run(input)) << target.name << ' ' << byte;
        }
    }
}

}  // namespace
}  // namespace wdx::fuzz
