#pragma once

#include "auth/token.hpp"
#include "config/config.hpp"

namespace wdx::app {

/// The key that signs tokens, and those of earlier times that still verify: from the settings, or from the data folder,
/// where one is made when there is none.  A weak one is said in the log.
/// @param beyond_loopback  some listener can be reached from other machines
/// @throws std::exception  with a sentence for the operator: a key cannot be read or made, or it is weak and
///                         `beyond_loopback`
auth::SigningKey load_signing_key(const config::Config& config, bool beyond_loopback);

}  // namespace wdx::app
