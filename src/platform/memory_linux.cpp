#include "platform/memory.hpp"

#include <fstream>
#include <malloc.h>
#include <unistd.h>

namespace wdx::platform {

void keep_memory_small() {
    ::mallopt(M_ARENA_MAX, 2);
    ::mallopt(M_TRIM_THRESHOLD, 1024 * 1024);
    ::mallopt(M_TOP_PAD, 256 * 1024);  // a list's body comes and goes: not a system call each time
    ::mallopt(M_MMAP_THRESHOLD, 256 * 1024);
}

std::optional<double> resident_bytes() {
    std::ifstream file("/proc/self/statm");  // proc(5)
    double total = 0;
    double resident = 0;
    if (!(file >> total >> resident)) return std::nullopt;
    return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

}  // namespace wdx::platform
