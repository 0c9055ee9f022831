#pragma once

#include <filesystem>
#include <stdexcept>
#include <string_view>

namespace wdx::backup {

/// A backup cannot be made, read or restored.  Its text is for the operator: what is wrong and what to do; it never
/// holds a secret.
class BackupError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// @param why  for the message: `it is cut off`
/// @throws BackupError
[[noreturn]] void refuse(const std::filesystem::path& file, std::string_view why);

}  // namespace wdx::backup
