#pragma once

#include <algorithm>
#include <ostream>
#include <string_view>

namespace wdx::cli {

/// Prints what `check` found, a line each: `ok    name: text`, `warn  name: text` or `FAIL  name: text`, the last two
/// followed by what to do, in indented lines.
class CheckReport {
  public:
    explicit CheckReport(std::ostream& out) : out_(out) {}

    void ok(std::string_view name, std::string_view text) { line("ok  ", name, text, {}); }
    void warn(std::string_view name, std::string_view text, std::string_view to_do) { line("warn", name, text, to_do); }
    void fail(std::string_view name, std::string_view text, std::string_view to_do) {
        failed_ = true;
        line("FAIL", name, text, to_do);
    }
    [[nodiscard]] bool failed() const noexcept { return failed_; }

  private:
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
};

}  // namespace wdx::cli
