#include "cli/completion.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <fmt/ranges.h>

namespace wdx::cli {
namespace {

using Commands = std::span<const CommandEntry>;

bool is_in_group(const CommandEntry& command, const CommandEntry& group) {
    return !command.name.empty() && command.group() == group.name;
}

std::string replace_all(std::string text, std::string_view what, std::string_view by) {
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
    return text;
}

/// In single quotes, as bash and zsh read them.
std::string quoted(const std::string& text) {
    return "'" + replace_all(text, "'", "'\\''") + "'";
}

std::string fish_quoted(const std::string& text) {
    return "'" + replace_all(replace_all(text, "\\", "\\\\"), "'", "\\'") + "'";
}

/// A description within the brackets of a zsh option.
std::string zsh_description(const std::string& text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '[' || c == ']' || c == '\\' || c == ':') escaped += '\\';
        escaped += c;
    }
    return escaped;
}

/// The patterns of a shell's `case` for all words that are commands: `serve|'totp enable'|...`
std::string command_patterns(Commands commands) {
    std::vector<std::string> names;
    for (const CommandEntry& command : commands)
        if (!command.name.empty()) names.push_back(quoted(command.name));
    return fmt::format("{}", fmt::join(names, "|"));
}

std::vector<std::string> words_after(const CommandEntry& command, Commands commands) {
    std::vector<std::string> words;
    for (const CommandEntry& other : commands)
        if (is_in_group(other, command)) words.emplace_back(other.word());
    for (const OptionEntry& option : command.options) words.push_back(option.flag);
    return words;
}

std::set<std::string> flags_with_value(Commands commands) {
    std::set<std::string> flags;
    for (const CommandEntry& command : commands)
        for (const OptionEntry& option : command.options)
            if (option.takes_value) flags.insert(option.flag);
    return flags;
}

void write_zsh_group(std::ostream& out, const CommandEntry& group, Commands commands) {
    fmt::print(out, "            local -a entries=(\n");
    for (const CommandEntry& command : commands)
        if (is_in_group(command, group))
            fmt::print(out, "                {}\n",
                       quoted(fmt::format("{}:{}", command.word(), zsh_description(command.help))));
    for (const OptionEntry& option : group.options)
        fmt::print(out, "                {}\n", quoted(option.flag + ":" + zsh_description(option.help)));
    fmt::print(out, "            )\n            _describe command entries ;;\n");
}

void write_zsh_command(std::ostream& out, const CommandEntry& command) {
    fmt::print(out, "            _arguments");
    for (const OptionEntry& option : command.options)
        fmt::print(out, " \\\n                {}",
                   quoted(fmt::format("{}{}[{}]{}", option.flag, option.takes_value ? "=" : "",
                                      zsh_description(option.help), option.takes_value ? ":value:_files" : "")));
    fmt::print(out, " ;;\n");
}

}  // namespace

void write_bash_completion(std::ostream& out, Commands commands) {
    fmt::print(out,
               R"(# Completions of watchdxg-back for bash.
_watchdxg_back() {{
    local command='' word words=''
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        case "${{command:+$command }}$word" in {}) command="${{command:+$command }}$word" ;; esac
    done
    COMPREPLY=()
    # After these comes a value: the name of a file, as far as the shell can tell.
    case "${{COMP_WORDS[COMP_CWORD-1]}}" in =|{}) return ;; esac
    case "$command" in
)",
               command_patterns(commands), fmt::join(flags_with_value(commands), "|"));
    for (const CommandEntry& command : commands)
        fmt::print(out, "        {}) words='{}' ;;\n", quoted(command.name),
                   fmt::join(words_after(command, commands), " "));
    fmt::print(out, R"(    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}")
}}
complete -o default -F _watchdxg_back watchdxg-back
)");
}

void write_zsh_completion(std::ostream& out, Commands commands) {
    fmt::print(out,
               R"(#compdef watchdxg-back
# Completions of watchdxg-back for zsh.
_watchdxg_back() {{
    local command='' word
    integer at=1 index=1
    for word in "${{(@)words[2,CURRENT-1]}}"; do
        (( ++index ))
        case "${{command:+$command }}$word" in ({}) command="${{command:+$command }}$word"; at=index ;; esac
    done
    # What follows is completed as if the command were the program.
    words=("${{(@)words[at,-1]}}")
    (( CURRENT -= at - 1 ))
    case "$command" in
)",
               command_patterns(commands));
    for (const CommandEntry& command : commands) {
        fmt::print(out, "        ({})\n", quoted(command.name));
        if (command.is_group)
            write_zsh_group(out, command, commands);
        else
            write_zsh_command(out, command);
    }
    fmt::print(out, "    esac\n}}\n_watchdxg_back \"$@\"\n");
}

void write_fish_completion(std::ostream& out, Commands commands) {
    fmt::print(out,
               R"(# Completions of watchdxg-back for fish.
function __watchdxg_back_command_is
    set -l command ''
    for word in (commandline -opc)[2..]
        set -l longer (string trim -- "$command $word")
        switch $longer
            case {}
                set command $longer
        end
    end
    test "$command" = "$argv[1]"
end

complete -c watchdxg-back -f
)",
               replace_all(command_patterns(commands), "|", " "));
    for (const CommandEntry& command : commands) {
        const std::string after =
            fmt::format("complete -c watchdxg-back -n \"__watchdxg_back_command_is '{}'\"", command.name);
        for (const CommandEntry& other : commands)
            if (is_in_group(other, command))
                fmt::print(out, "{} -a {} -d {}\n", after, other.word(), fish_quoted(other.help));
        for (const OptionEntry& option : command.options)
            fmt::print(out, "{} -l {}{} -d {}\n", after, option.flag.substr(2), option.takes_value ? " -r -F" : "",
                       fish_quoted(option.help));
    }
}

}  // namespace wdx::cli
