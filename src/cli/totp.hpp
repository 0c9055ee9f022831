#pragma once

#include "config/config.hpp"

#include <ostream>
#include <string>

namespace wdx::cli {

/// `watchdxg-back totp enable`: gives an operator a second factor and prints its secret, the address for an
/// authenticator app and ten recovery codes, once.  At a terminal it first wants a code from the app.
/// @param username  may be empty when there is exactly one operator
/// @return an exit code of cli/command.hpp: kRefused when there is one already; never throws
int enable_totp(const config::Config& config, const std::string& username, std::ostream& out, std::ostream& err);

/// `watchdxg-back totp disable`: the password alone is enough again.
int disable_totp(const config::Config& config, const std::string& username, std::ostream& out, std::ostream& err);

}  // namespace wdx::cli
