#pragma once

#include <stdexcept>

namespace wdx::backup {

/// A backup cannot be made, read or restored.  Its text is for the operator: what is wrong and what to do; it never
/// holds a secret.
class BackupError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

}  // namespace wdx::backup
