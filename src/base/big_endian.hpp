#pragma once

#include <bit>
#include <concepts>
#include <cstring>

namespace wdx::base {

/// An integer of which the most significant byte comes first, as in PostgreSQL's binary format.
/// @param bytes  as many as it has
template <std::unsigned_integral Number>
Number read_big_endian(const char* bytes) noexcept {
    Number number = 0;
    std::memcpy(&number, bytes, sizeof(number));
    if constexpr (std::endian::native == std::endian::little) {
        if constexpr (sizeof(number) == 2) return __builtin_bswap16(number);
        if constexpr (sizeof(number) == 4) return __builtin_bswap32(number);
        if constexpr (sizeof(number) == 8) return __builtin_bswap64(number);
    }
    return number;
}

}  // namespace wdx::base
