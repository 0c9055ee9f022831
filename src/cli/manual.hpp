#pragma once

#include "cli/command_list.hpp"

#include <ostream>
#include <span>

namespace wdx::cli {

/// The manual page watchdxg-back(1), in the language of man(7).
void write_manual(std::ostream& out, std::span<const CommandEntry> commands);

}  // namespace wdx::cli
