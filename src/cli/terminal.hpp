#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wdx::cli {

/// Questions to the person at the terminal, on standard input and standard error.  Blocking; main thread only.

/// True when somebody can be asked: standard input is a terminal.
bool is_interactive();

/// @return the line without its end, nullopt at end of file
std::optional<std::string> ask(std::string_view question);

/// As `ask`, without showing what is typed.  A signal that ends the program (SIGINT, SIGTERM, SIGHUP) first switches
/// the echo on again.
std::optional<std::string> ask_secret(std::string_view question);

/// Reads standard input to its end for `--password-stdin` and takes one line break off.
/// @return nullopt when there is more than one line, or more than a password can have (4096 bytes)
std::optional<std::string> read_secret_from_stdin();

}  // namespace wdx::cli
