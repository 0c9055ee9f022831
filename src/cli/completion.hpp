#pragma once

#include "cli/command_list.hpp"

#include <ostream>
#include <span>

/// Scripts with which a shell completes commands and options.
namespace wdx::cli {

/// For bash: to be sourced, or a file `watchdxg-back` of bash-completion.
void write_bash_completion(std::ostream& out, std::span<const CommandEntry> commands);

/// For zsh: a file `_watchdxg-back` on its `$fpath`.
void write_zsh_completion(std::ostream& out, std::span<const CommandEntry> commands);

/// For fish: a file `watchdxg-back.fish` in one of its folders for completions.
void write_fish_completion(std::ostream& out, std::span<const CommandEntry> commands);

}  // namespace wdx::cli
