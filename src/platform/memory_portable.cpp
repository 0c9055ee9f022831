#include "platform/memory.hpp"

namespace wdx::platform {

void keep_memory_small() {}

std::optional<double> resident_bytes() {
    return std::nullopt;
}

}  // namespace wdx::platform
