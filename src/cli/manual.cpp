#include "cli/manual.hpp"

#include <string>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ostream.h>

namespace wdx::cli {
namespace {

/// Text as man(7) shows it letter by letter; a minus stays one that can be copied into a shell.
std::string roff(std::string_view text) {
    std::string escaped;
    if (text.starts_with('.') || text.starts_with('\'')) escaped = "\\&";
    for (const char c : text) {
        if (c == '\\')
            escaped += "\\e";
        else if (c == '-')
            escaped += "\\-";
        else if (c == '`')
            escaped += "\\(cq";
        else
            escaped += c;
    }
    return escaped;
}

void write_option(std::ostream& out, const OptionEntry& option) {
    fmt::print(out, ".TP\n\\fB{}\\fR{}\n{}\n", roff(option.flag), option.takes_value ? " \\fIVALUE\\fR" : "",
               roff(option.help));
}

/// The options that are the command's own.
void write_command(std::ostream& out, const CommandEntry& command) {
    fmt::print(out, ".SS {}\n{}.\n", roff(command.name), roff(command.help));
    for (const OptionEntry& option : command.options)
        if (!option.is_setting && option.flag != "--help") write_option(out, option);
}

/// The settings, which every command that takes any takes alike.
void write_settings(std::ostream& out, std::span<const CommandEntry> commands) {
    for (const CommandEntry& command : commands) {
        bool found = false;
        for (const OptionEntry& option : command.options) {
            if (!option.is_setting) continue;
            write_option(out, option);
            found = true;
        }
        if (found) return;
    }
}

constexpr std::string_view kSynopsis = R"(.SH SYNOPSIS
.B watchdxg\-back
.I COMMAND
.RI [ OPTIONS ]
.br
.B watchdxg\-back
.RI [ COMMAND ]
.B \-\-help
)";

constexpr std::string_view kSettings = R"(.SH SETTINGS
Every command that reads settings takes all of them as flags.
Each may also stand in the file of
.B \-\-config
or
.BR WDX_CONFIG_FILE ,
and in the environment, which goes over the file; flags go over both.
.B \-\-log\-level
is
.B log_level
in the file and
.B WDX_LOG_LEVEL
in the environment.
.B watchdxg\-back config example
prints a file with every default.
)";

constexpr std::string_view kEnd = R"(.SH EXIT STATUS
.TP
.B 0
Done.
.TP
.B 1
Refused, or something is pending or wrong.
.TP
.B 2
Wrong options or settings.
.TP
.B 3
The database is not available, or a statement took too long.
)";

}  // namespace

void write_manual(std::ostream& out, std::span<const CommandEntry> commands) {
    const CommandEntry& program = commands.front();
    fmt::print(out,
               ".TH WATCHDXG\\-BACK 1 \"\" \"watchdxg\\-back {}\"\n.SH NAME\n"
               "watchdxg\\-back \\- serve the data of watchdxg\\-core to its operator\n",
               roff(WDX_VERSION));
    fmt::print(out, "{}.SH DESCRIPTION\n{}\n.SH OPTIONS\n", kSynopsis, roff(program.help));
    for (const OptionEntry& option : program.options) write_option(out, option);
    fmt::print(out, ".SH COMMANDS\n");
    for (const CommandEntry& command : commands)
        if (!command.is_group) write_command(out, command);
    fmt::print(out, "{}", kSettings);
    write_settings(out, commands);
    fmt::print(out, "{}", kEnd);
}

}  // namespace wdx::cli
