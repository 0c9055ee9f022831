#pragma once

#include <cstddef>
#include <string>

namespace wdx::base {

/// Cryptographic randomness (OpenSSL RAND_bytes) as lower-case hex digits.
/// @param bytes  how many random bytes; the text is twice as long
/// @throws std::runtime_error when the system has no randomness
std::string random_hex(std::size_t bytes);

/// An id that is unique enough to find a request in the log (16 hex digits); not a secret.
std::string request_id();

}  // namespace wdx::base
