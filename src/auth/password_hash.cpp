#include "auth/password_hash.hpp"

#include "auth/password_formats.hpp"

#include <array>
#include <cstddef>
#include <stdexcept>

#include <openssl/rand.h>

namespace wdx::auth {
namespace {

constexpr std::size_t kSaltLength = 22;

/// Salt of the hashes that are made for their time alone.
constexpr std::string_view kIdleSalt = "0000000000000000000000";

/// Letters and digits, each equally likely (Django's get_random_string).
std::string random_salt() {
    constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    constexpr std::size_t kFair = 256 / kAlphabet.size() * kAlphabet.size();  // bytes from here on would favour some
    std::string salt;
    while (salt.size() < kSaltLength) {
        std::array<unsigned char, 2 * kSaltLength> bytes;
        if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
            throw std::runtime_error("the system has no randomness for a password salt");
        }
        for (const unsigned char byte : bytes) {
            if (byte < kFair && salt.size() < kSaltLength) salt += kAlphabet[byte % kAlphabet.size()];
        }
    }
    return salt;
}

}  // namespace

PasswordCheck check_password(std::string_view password, std::string_view encoded) {
    const auto stored = check_stored(password, encoded);
    if (!stored) {
        waste_password_time(password);
        return {};
    }
    if (stored->matches) return {true, stored->is_outdated};
    if (stored->missing_iterations > 0) pbkdf2_sha256(password, kIdleSalt, stored->missing_iterations);
    return {};
}

std::string hash_password(std::string_view password) {
    const std::string salt = random_salt();
    const std::string hash = pbkdf2_sha256(password, salt, kPbkdf2Iterations);
    if (hash.empty()) throw std::runtime_error("OpenSSL could not derive a password hash");
    return "pbkdf2_sha256$" + std::to_string(kPbkdf2Iterations) + '$' + salt + '$' + hash;
}

void waste_password_time(std::string_view password) {
    pbkdf2_sha256(password, kIdleSalt, kPbkdf2Iterations);
}

}  // namespace wdx::auth
