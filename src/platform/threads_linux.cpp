#include "platform/threads.hpp"

#include <sys/resource.h>
#include <unistd.h>

namespace wdx::platform {
namespace {

constexpr int kNice = 10;

}  // namespace

void give_way() {
    // On Linux the nice value is a thread's: setpriority(2), "C library/kernel differences".
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNice);
}

}  // namespace wdx::platform
