#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wdx::auth {

/// Rounds of a new hash: Django 5.2's PBKDF2PasswordHasher.iterations.
inline constexpr std::uint32_t kPbkdf2Iterations = 1'000'000;

/// What a usable stored hash says about a password.
struct StoredCheck {
    bool matches = false;
    bool is_outdated = false;  ///< of another form than a new hash: algorithm, rounds or salt
    /// Rounds that a pbkdf2_sha256 hash spends less than a new one; 0 for other algorithms, as in Django.
    std::uint32_t missing_iterations = 0;
};

/// Reads one of Django's formats (pbkdf2_sha256, pbkdf2_sha1, argon2, bcrypt_sha256, scrypt) and computes it once.
/// @return nullopt, at once, for what never matches: unusable (`!...`), of another format, damaged, or so expensive
///         (more than 1 GiB of memory or some 30 s) that it must be damaged
/// Thread-safe.  Source: the `decode`, `verify` and `must_update` methods of Django 5.2 contrib/auth/hashers.py.
std::optional<StoredCheck> check_stored(std::string_view password, std::string_view encoded);

/// @param iterations  1 to 2^31-1
/// @return the derived key in base64; empty when OpenSSL fails
std::string pbkdf2_sha256(std::string_view password, std::string_view salt, std::uint32_t iterations);

}  // namespace wdx::auth
