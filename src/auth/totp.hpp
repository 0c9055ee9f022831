#pragma once

#include "base/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wdx::auth {

/// One-time codes that change with time, as authenticator apps make them: HMAC-SHA-1, steps of 30 s, six digits.
/// Pure, thread-safe.  Source: RFC 6238; RFC 4226, section 5.3.

/// @return a new secret of 160 bits in base32 (RFC 4226, section 4, R6)
/// @throws std::runtime_error when the system has no randomness
std::string make_totp_secret();

/// @return the code of a step, nullopt when the secret is not base32
std::optional<std::string> totp_code(std::string_view secret, std::int64_t step);

/// The step that a time lies in.
std::int64_t totp_step(base::UnixTime now) noexcept;

/// Looks for the code, whose digits may be of any script and have blanks and hyphens between them, in the step of `now`
/// and its two neighbours, for clocks that are not quite right (RFC 6238, section 5.2); takes the same time whichever
/// it is.
/// @return the step that it belongs to
std::optional<std::int64_t> match_totp(std::string_view secret, std::string_view code, base::UnixTime now);

/// The address that an authenticator app reads from a QR code.
/// Source: https://github.com/google/google-authenticator/wiki/Key-Uri-Format
std::string totp_uri(std::string_view secret, std::string_view username);

/// How many an operator gets.
inline constexpr std::size_t kRecoveryCodes = 10;

/// Codes for the day when the app is lost, `abcde-fghij-klmno-pqrst` in base32: 100 bits each.
std::vector<std::string> make_recovery_codes(std::size_t count);

/// What is stored of a recovery code: SHA-256 in hex of its letters and digits in lower case, so that dashes, blanks,
/// case and the width of letters do not matter.  A fast hash is enough for 100 random bits.
std::string hash_recovery_code(std::string_view code);

}  // namespace wdx::auth
