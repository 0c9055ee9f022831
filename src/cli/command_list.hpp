#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

namespace wdx::cli {

/// The group of `--help` in which the settings are listed: the options that all commands share.
inline constexpr std::string_view kSettingsGroup = "Settings";

/// What `--help` says about an option.
struct OptionEntry {
    std::string flag;  ///< `--username`
    std::string help;
    bool takes_value = false;
    bool is_setting = false;
};

/// What `--help` says about a command, or about a group of commands.
struct CommandEntry {
    std::string name;  ///< as it is typed: `totp enable`; empty for the program itself
    std::string help;
    std::vector<OptionEntry> options;  ///< without hidden ones
    bool is_group = false;             ///< a word that a command follows; so is the program itself

    /// The name of the group that the command is in; empty for the program's own.
    [[nodiscard]] std::string_view group() const;
    /// The last word of the name.
    [[nodiscard]] std::string_view word() const;
};

/// The program itself, then every command and group, a group before its commands.  This one list makes the manual page
/// and the completions.
std::vector<CommandEntry> list_commands(const CLI::App& program);

}  // namespace wdx::cli
