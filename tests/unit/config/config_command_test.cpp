#include "cli/config_command.hpp"

#include "fixtures.hpp"
#include "source_folder.hpp"

#include <iterator>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wdx::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string read_source(const std::string& path) {
    std::ifstream file(source_folder() / path);
    EXPECT_TRUE(file) << path;
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

template <typename... Arguments>
std::string written(void (*write)(std::ostream&, Arguments...), Arguments... arguments) {
    std::ostringstream out;
    write(out, arguments...);
    return out.str();
}

config::Inputs golden_inputs() {
    config::Inputs inputs = config::plain_inputs();
    inputs.environment["WDX_DATABASE_URL"] = "postgresql://op:geheim@h/d";
    inputs.environment["WDX_ALLOWED_HOSTS"] = "*,example.org";
    inputs.environment["WDX_THROTTLE_API"] = "1000/day";
    inputs.flags["--log-file"] = "/var/log/it's here.log";
    inputs.flags["--listen-mode"] = "600";
    return inputs;
}

TEST(ConfigDocs, AreTheOnesInTheRepository) {
    EXPECT_EQ(written(&write_config_docs), read_source("docs/configuration.md"))
        << "run: watchdxg-back config docs > docs/configuration.md";
}

TEST(ConfigExample, IsTheGoldenOne) {
    EXPECT_EQ(written(&write_config_example), read_source("tests/unit/config/golden/example.toml"))
        << "run: watchdxg-back config example > tests/unit/config/golden/example.toml";
}

TEST(ConfigExample, SaysTheDefaultsWhenItsLinesAreTakenIn) {
    std::istringstream example(written(&write_config_example));
    std::string document;
    for (std::string line; std::getline(example, line);)
        if (line.starts_with('#') && !line.starts_with("# ")) document += line.substr(1) + '\n';
    const config::TemporaryFile file(document);
    config::Inputs inputs = config::plain_inputs();
    const config::Loaded defaults = config::load_well(inputs);
    inputs.config_file = file.path();
    EXPECT_THAT(config::mistakes_of(inputs), ::testing::ElementsAre());
    const config::Loaded loaded = config::load_well(inputs);
    for (const config::Option& option : config::options()) {
        EXPECT_EQ(option.text(loaded.config), option.text(defaults.config)) << option.name();
        EXPECT_EQ(loaded.sources.at(std::string(option.name())).place, config::Place::file) << option.name();
    }
}

TEST(ConfigDump, IsTheGoldenOne) {
    const config::Loaded loaded = config::load_well(golden_inputs());
    const std::string dump = written<const config::Loaded&>(&dump_config, loaded);
    EXPECT_EQ(dump, read_source("tests/unit/config/golden/dump.txt"));
    EXPECT_THAT(dump, Not(HasSubstr("geheim")));
}

TEST(ConfigDump, ShowsThatASecretIsNotSet) {
    const config::Loaded loaded = config::load_well(golden_inputs());
    const std::string dump = written<const config::Loaded&>(&dump_config, loaded);
    EXPECT_THAT(dump, HasSubstr("WDX_DATABASE_URL=********  # environment\n"));
    EXPECT_THAT(dump, HasSubstr("WDX_SECRET_KEY=  # default\n"));
}

}  // namespace
}  // namespace wdx::cli
