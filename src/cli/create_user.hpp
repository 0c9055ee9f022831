#pragma once

#include "cli/new_password.hpp"
#include "config/config.hpp"

#include <ostream>
#include <string>

namespace wdx::cli {

struct CreateUserOptions {
    std::string username;  ///< empty: asked for at the terminal
    PasswordInput password;
    bool allow_second = false;  ///< the server is one person's: a second operator is most likely a mistake
};

/// `watchdxg-back create_user`: makes an operator, as Django's `create_user` makes one.
/// @return an exit code of cli/command.hpp; never throws
int create_user(const config::Config& config, const CreateUserOptions& options, std::ostream& out, std::ostream& err);

}  // namespace wdx::cli
