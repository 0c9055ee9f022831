#pragma once

#include "config/load.hpp"

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace wdx::config {

/// The smallest inputs that load: a home for the data folder, an ordinary user.
inline Inputs plain_inputs() {
    Inputs inputs;
    inputs.environment["HOME"] = "/home/op";
    inputs.uid = 1000;
    return inputs;
}

/// A file that lives as long as the object.
class TemporaryFile {
  public:
    explicit TemporaryFile(const std::string& contents) {
        std::string path = std::filesystem::temp_directory_path() / "wdx-settings-XXXXXX";
        const int descriptor = mkstemp(path.data());
        EXPECT_NE(descriptor, -1);
        close(descriptor);
        path_ = path;
        std::ofstream(path_, std::ios::binary) << contents;
    }
    ~TemporaryFile() { std::filesystem::remove(path_); }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

/// The settings, which must load.
inline Loaded load_well(const Inputs& inputs) {
    auto loaded = load(inputs);
    if (loaded.has_error()) throw std::runtime_error("the first mistake is " + describe(loaded.error().front()));
    return *std::move(loaded);
}

/// Every mistake as the operator reads it; empty when the settings load.
inline std::vector<std::string> mistakes_of(const Inputs& inputs) {
    std::vector<std::string> lines;
    const auto loaded = load(inputs);
    if (loaded.has_error())
        for (const Mistake& mistake : loaded.error()) lines.push_back(describe(mistake));
    return lines;
}

}  // namespace wdx::config
