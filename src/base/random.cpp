#include "base/random.hpp"

#include <array>
#include <random>
#include <stdexcept>
#include <vector>

#include <openssl/rand.h>

namespace wdx::base {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

}  // namespace

std::string random_hex(std::size_t bytes) {
    std::vector<unsigned char> raw(bytes);
    if (RAND_bytes(raw.data(), static_cast<int>(bytes)) != 1) throw std::runtime_error("no randomness: RAND_bytes");
    std::string out;
    out.reserve(bytes * 2);
    for (const unsigned char byte : raw) {
        out.push_back(kHexDigits[byte >> 4U]);
        out.push_back(kHexDigits[byte & 15U]);
    }
    return out;
}

std::string request_id() {
    thread_local std::mt19937_64 engine{std::random_device{}()};
    std::uint64_t bits = engine();
    std::string out(16, '0');
    for (char& digit : out) {
        digit = kHexDigits[bits & 15U];
        bits >>= 4U;
    }
    return out;
}

}  // namespace wdx::base
