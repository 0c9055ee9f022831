#pragma once

#include <bit>
#include <cstdint>
#include <string>

namespace wdx::store {

// Values as PostgreSQL's binary format has them.

inline std::string int8(std::int64_t value) {
    std::string bytes;
    for (int shift = 56; shift >= 0; shift -= 8)
        bytes += static_cast<char>(static_cast<std::uint64_t>(value) >> static_cast<unsigned>(shift));
    return bytes;
}

inline std::string float8(double value) {
    return int8(std::bit_cast<std::int64_t>(value));
}

inline std::string boolean(bool value) {
    return {value ? '\1' : '\0'};
}

}  // namespace wdx::store
