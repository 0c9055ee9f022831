#pragma once

#include <optional>

namespace wdx::platform {

/// Keeps the allocator from holding memory that lists and hashes have used: two pools, given back early.  Where that
/// cannot be asked for, nothing happens.
void keep_memory_small();

/// Bytes of memory that this process occupies; nullopt where the system does not tell in a way that we know.
std::optional<double> resident_bytes();

}  // namespace wdx::platform
