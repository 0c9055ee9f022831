#pragma once

namespace wdx::cli {

/// The command line: `watchdxg-back <command> [options]`.  Every command takes every setting as a flag.
/// @return the exit code (see docs/commands.md)
int run(int argc, char** argv);

}  // namespace wdx::cli
