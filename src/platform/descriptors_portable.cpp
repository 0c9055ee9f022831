#include "platform/descriptors.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wdx::platform {
namespace {

// Between the making of a descriptor and this call another thread's child inherits it, and may hold it open.
void close_on_exec(int descriptor) {
    if (descriptor >= 0) ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
}

}  // namespace

std::array<int, 2> make_pipe() {
    std::array<int, 2> ends{-1, -1};
    if (::pipe(ends.data()) == 0)
        for (const int end : ends) close_on_exec(end);
    return ends;
}

int make_unix_datagram_socket() {
    const int made = ::socket(AF_UNIX, SOCK_DGRAM, 0);
    close_on_exec(made);
    if (made >= 0) ::fcntl(made, F_SETFL, O_NONBLOCK);
    return made;
}

}  // namespace wdx::platform
