// What libFuzzer calls.  One program has all targets; WDX_FUZZ_TARGET names the one that is fuzzed.
#include "targets.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>

namespace {

const wdx::fuzz::Target* target = nullptr;

}  // namespace

extern "C" __attribute__((visibility("default"))) int LLVMFuzzerInitialize(int*, char***) {
    using wdx::fuzz::kTargets;
    const char* const name = std::getenv("WDX_FUZZ_TARGET");
    target = std::find_if(kTargets.begin(), kTargets.end(),
                          [name](const auto& one) { return name != nullptr && one.name == name; });
    if (target != kTargets.end()) return 0;
    std::cerr << "WDX_FUZZ_TARGET must name one of the targets:";
    for (const auto& one : kTargets) std::cerr << ' ' << one.name;
    std::cerr << '\n';
    std::exit(2);
}

extern "C" __attribute__((visibility("default"))) int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                                                             std::size_t size) {
    target->run({reinterpret_cast<const char*>(data), size});
    return 0;
}
