#include "base/big_endian.hpp"

#include <cstdint>

#include <gtest/gtest.h>

namespace wdx::base {
namespace {

TEST(BigEndian, HasTheMostSignificantByteFirstAtAnyAddress) {
    const char bytes[] = "\x00\x01\x02\x03\x04\x05\x06\x07\xfe";
    EXPECT_EQ(read_big_endian<std::uint16_t>(bytes + 1), 0x0102);
    EXPECT_EQ(read_big_endian<std::uint32_t>(bytes + 1), 0x01020304U);
    EXPECT_EQ(read_big_endian<std::uint64_t>(bytes + 1), 0x01020304050607feU);
    EXPECT_EQ(read_big_endian<std::uint8_t>(bytes + 8), 0xfeU);
}

}  // namespace
}  // namespace wdx::base
