#pragma once

#include <string>
#include <string_view>

namespace wdx::auth {

/// What a check of a password against a stored hash found.
struct PasswordCheck {
    bool matches = false;
    bool must_update = false;  ///< matches, and the stored hash is not what `hash_password` would make today
};

/// Checks `password` against a hash stored by Django (`auth_user.password`): pbkdf2_sha256, pbkdf2_sha1, scrypt,
/// argon2, bcrypt_sha256.  Every other or damaged value never matches.  Never throws.
/// Costs CPU for 0.3 s and more: runs on the hash pool, never on the event loop.  A value that is not usable, and a
/// wrong password against a pbkdf2_sha256 hash of fewer iterations, cost as much as a full hash, as in Django.
/// Thread-safe.  Source: Django 5.2 contrib/auth/hashers.py `verify_password`, `check_password`, `harden_runtime`.
PasswordCheck check_password(std::string_view password, std::string_view encoded);

/// Makes a hash as Django 5.2 does: `pbkdf2_sha256$1000000$<22 characters>$<base64>`.
/// @throws std::runtime_error when the system has no randomness
std::string hash_password(std::string_view password);

/// Spends the time of one hash: for a user that does not exist (Django's ModelBackend.authenticate).
void waste_password_time(std::string_view password);

}  // namespace wdx::auth
