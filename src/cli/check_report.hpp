#pragma once

#include <algorithm>
#include <ostream>
#include <string>
#include <string_view>

namespace wdx::cli {

/// Prints what `check` found, a line each: `ok    name: text`, `warn  name: text` or `FAIL  name: text`, the last two
/// followed by what to do, in indented lines.
class CheckReport {
  public:
    explicit CheckReport(std::ostream& out) : out_(out) {}

    void ok(std::string_view name, std::string_view text) { line("ok  ", name, text, {}); }
    void warn(std::string_view name, std::string_view text, std::string_view to_do) {
        if (command_of_warning_.empty()) command_of_warning_ = command_in(to_do);
        line("warn", name, text, to_do);
    }
    void fail(std::string_view name, std::string_view text, std::string_view to_do) {
        failed_ = true;
        if (command_of_failure_.empty()) command_of_failure_ = command_in(to_do);
        line("FAIL", name, text, to_do);
    }
    [[nodiscard]] bool failed() const noexcept { return failed_; }

    /// Ends with the command that helps with the first failure, else with the first warning, where one names a command.
    void finish() {
        const std::string& command = command_of_failure_.empty() ? command_of_warning_ : command_of_failure_;
        if (!command.empty()) out_ << "\nNext:\n    " << command << std::endl;
    }

  private:
    /// The first command of ours in a text, which stands there in backticks.
    static std::string command_in(std::string_view to_do) {
        constexpr std::string_view kBegin = "`watchdxg-back ";
        const std::size_t begin = to_do.find(kBegin);
        if (begin == std::string_view::npos) return {};
        const std::size_t end = to_do.find('`', begin + 1);
        return std::string(to_do.substr(begin + 1, end - begin - 1));
    }

    void line(std::string_view verdict, std::string_view name, std::string_view text, std::string_view to_do) {
        out_ << verdict << "  " << name << ": " << text << '\n';
        while (!to_do.empty()) {
            const std::size_t end = std::min(to_do.find('\n'), to_do.size());
            out_ << "      " << to_do.substr(0, end) << '\n';
            to_do.remove_prefix(std::min(end + 1, to_do.size()));
        }
        out_.flush();
    }

    std::ostream& out_;
    bool failed_ = false;
    std::string command_of_failure_;
    std::string command_of_warning_;
};

}  // namespace wdx::cli
