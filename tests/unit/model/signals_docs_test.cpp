#include "model/signals.hpp"
#include "source_folder.hpp"

#include <fstream>
#include <iterator>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace wdx::model {
namespace {

std::string fires(const Signal& signal) {
    if (signal.fires == Fires::when_true) return "yes";
    return fmt::format("{} {}", signal.fires == Fires::from ? "from" : "up to", *signal.threshold);
}

std::string inputs(const Signal& signal) {
    return signal.inputs[1].empty() ? fmt::format("`{}`", signal.inputs[0])
                                    : fmt::format("`{}`, `{}`", signal.inputs[0], signal.inputs[1]);
}

/// What stands in docs/signals.md between the two marks.
std::string rules() {
    std::string text = "| id | what | fires | full | weight | inputs |\n| --- | --- | --- | --- | --- | --- |\n";
    for (const Signal& signal : all_signals())
        text += fmt::format("| `{}` | {} | {} | {} | {} | {} |\n", signal.id, signal.title, fires(signal),
                            signal.full ? fmt::format("{}", *signal.full) : "", signal.weight, inputs(signal));
    text += "\n";
    for (const Signal& signal : all_signals())
        text += fmt::format("- **`{}`**: {} Source: {}.\n", signal.id, signal.why, signal.source);
    return text;
}

std::string bands() {
    std::string text = "| band | score, at least | rank, at least |\n| --- | --- | --- |\n";
    for (const Band& band : kBands) text += fmt::format("| `{}` | {} | {} |\n", band.name, band.from, band.from_rank);
    return text;
}

std::string block(const std::string& text, const std::string& name) {
    const std::string begin = fmt::format("<!-- {}: made from src/model/signals -->\n", name);
    const auto from = text.find(begin);
    if (from == std::string::npos) return {};
    const auto start = from + begin.size();
    return text.substr(start, text.find("<!-- end -->", start) - start);
}

TEST(SignalsDocs, HaveTheRulesAndBandsOfTheCode) {
    std::ifstream file(source_folder() / "docs/signals.md");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(block(text, "rules"), rules()) << rules();
    EXPECT_EQ(block(text, "bands"), bands()) << bands();
}

}  // namespace
}  // namespace wdx::model
