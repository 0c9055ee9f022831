#pragma once

#include <array>

namespace wdx::platform {

/// A pipe whose ends are closed on exec.
/// @return the end to read from, the end to write to; of -1 when there can be none, `errno` says why
std::array<int, 2> make_pipe();

/// A datagram socket of the unix domain that never blocks and is closed on exec.
/// @return -1 when there can be none, `errno` says why
int make_unix_datagram_socket();

}  // namespace wdx::platform
