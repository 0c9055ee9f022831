#pragma once

#include "cli/new_password.hpp"
#include "config/config.hpp"

#include <ostream>
#include <string>

namespace wdx::cli {

struct ChangePasswordOptions {
    std::string username;  ///< may be empty when there is exactly one operator
    PasswordInput password;
};

/// `watchdxg-back changepassword`: sets a password and ends every session of that operator: tokens with `iat` up to
/// the second of the change are refused.  Returns when that second is over, so that a later login is always newer.
/// @return an exit code of cli/command.hpp; never throws
int changepassword(const config::Config& config, const ChangePasswordOptions& options, std::ostream& out,
                   std::ostream& err);

}  // namespace wdx::cli
