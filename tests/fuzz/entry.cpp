// What libFuzzer calls, compiled for each target with its name as WDX_FUZZ_TARGET.
#include "targets.hpp"

#include <cstddef>
#include <cstdint>

extern "C" __attribute__((visibility("default"))) int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                                                             std::size_t size) {
    wdx::fuzz::WDX_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
    return 0;
}
