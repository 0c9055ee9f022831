#pragma once

#include "config/values.hpp"

#include <cstddef>
#include <filesystem>
#include <string>

namespace wdx::config {

/// The bytes of a file, which may also be a pipe.
/// @return a fault that names the path when it cannot be read or has more than `limit` bytes
Parsed<std::string> read_file(const std::filesystem::path& path, std::size_t limit);

/// The secret that a file holds, without one line end at its end; an empty one is a fault.  At most 64 KiB.
Parsed<std::string> read_secret(const std::filesystem::path& path);

}  // namespace wdx::config
