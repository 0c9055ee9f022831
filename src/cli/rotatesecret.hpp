#pragma once

#include "config/load.hpp"

#include <ostream>

namespace wdx::cli {

/// `watchdxg-back rotatesecret`: makes a new signing key and keeps the old one as one that verifies, so that nobody is
/// logged out.  A key that lies in a file, in the data folder or where WDX_SECRET_KEY_FILE says, is replaced there; one
/// that was given in the environment, a settings file or a flag is somebody else's to change: what to set is printed.
/// Running servers use the new key after a restart.
/// @return an exit code of cli/command.hpp; never throws
int rotatesecret(const config::Loaded& loaded, std::ostream& out, std::ostream& err);

}  // namespace wdx::cli
