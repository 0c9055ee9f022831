#pragma once

#include "config/config.hpp"

#include <stdexcept>
#include <string>

namespace wdx::app {

/// The program must not go on with this database.  Its text says why and what to do.
class GateError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

struct GateOptions {
    std::string database_url;
    std::chrono::seconds connect_timeout{5};
    bool migrate = false;          ///< apply what is pending instead of refusing
    bool beyond_loopback = false;  ///< some listener can be reached from other machines
};

/// Checks what must be true of a database before it is served: its migrations are applied, and no other machine can
/// reach us while the documented default password is in use.  Blocks: runs on a worker thread.
/// @throws GateError, db::DbError
void check_database(const GateOptions& options);

}  // namespace wdx::app
