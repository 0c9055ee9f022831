#pragma once

#include <ostream>
#include <string>
#include <string_view>

namespace wdx::cli {

/// Where a new password comes from and whether it is judged.
struct PasswordInput {
    bool from_stdin = false;
    bool validate = true;
};

/// @throws CommandError (kUsage) when there is neither a terminal nor `--password-stdin`
void require_password_source(const PasswordInput& input);

/// Reads a new password: from standard input, or from the terminal, twice, with three attempts.
/// Refused whatever the options: an empty one, and one that no login could send (not UTF-8, control of lines).
/// Refused unless `validate` is off: what Django's validators refuse, and outer white space, which the login removes.
/// @param err  every reason, one a line
/// @throws CommandError (kRefused)
std::string read_new_password(const PasswordInput& input, std::string_view username, std::ostream& err);

}  // namespace wdx::cli
