#include "auth/totp.hpp"

#include "base/ascii.hpp"
#include "base/unicode.hpp"

#include <array>
#include <cstddef>
#include <stdexcept>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

namespace wdx::auth {
namespace {

constexpr std::int64_t kStepSeconds = 30;
constexpr std::int64_t kDrift = 1;  ///< steps that a clock may be off
constexpr std::uint32_t kModulus = 1'000'000;
constexpr std::size_t kSecretBytes = 20;
constexpr std::size_t kRecoveryCharacters = 20;
constexpr std::size_t kRecoveryGroup = 5;
constexpr std::string_view kIssuer = "watchdxg";
constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

std::vector<unsigned char> random_bytes(std::size_t count) {
    std::vector<unsigned char> bytes(count);
    if (RAND_bytes(bytes.data(), static_cast<int>(count)) != 1) throw std::runtime_error("no randomness: RAND_bytes");
    return bytes;
}

/// RFC 4648, section 6, without padding; a length that is a multiple of five bits comes out whole.
std::string base32_encode(const std::vector<unsigned char>& bytes) {
    std::string out;
    unsigned buffer = 0;
    unsigned bits = 0;
    for (const unsigned char byte : bytes) {
        buffer = (buffer << 8U | byte) & 0xFFFFU;
        bits += 8;
        while (bits >= 5) {
            bits -= 5;
            out += kBase32[(buffer >> bits) & 31U];
        }
    }
    if (bits > 0) out += kBase32[(buffer << (5 - bits)) & 31U];
    return out;
}

std::optional<std::vector<unsigned char>> base32_decode(std::string_view text) {
    std::vector<unsigned char> out;
    unsigned buffer = 0;
    unsigned bits = 0;
    for (const char c : text) {
        const std::size_t value = kBase32.find(c);
        if (value == std::string_view::npos) return std::nullopt;
        buffer = (buffer << 5U | static_cast<unsigned>(value)) & 0xFFFU;
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            out.push_back(static_cast<unsigned char>(buffer >> bits & 0xFFU));
        }
    }
    return out;
}

std::string percent_encoded(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                           c == '.' || c == '_' || c == '~';
        if (plain) {
            out += c;
        } else {
            fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return out;
}

/// What people see as a hyphen: Unicode's category Pd and what looks like it.
bool is_dash(char32_t point) {
    constexpr std::u32string_view kDashes =
        U"-\u02D7\u058A\u05BE\u1400\u1806\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u207B\u208B\u2212\u2E17\u2E1A\u2E3A"
        U"\u2E3B\u2E40\u2E5D\u301C\u3030\u30A0\uFE31\uFE32\uFE58\uFE63\uFF0D\U00010EAD";
    return kDashes.find(point) != std::u32string_view::npos;
}

/// A code as it was made, of one that was copied from where an app or a document shows it: without blanks, hyphens and
/// invisible characters, ASCII for digits of any script and full-width letters, in lower case.
std::string plain_code(std::string_view text) {
    constexpr char32_t kFullWidth = 0xFEE0;  ///< how far U+FF01 to U+FF5E are behind ASCII
    std::string plain;
    std::size_t position = 0;
    while (position < text.size()) {
        char32_t point = base::next_code_point(text, position);
        if (base::is_space(point) || base::is_invisible(point) || is_dash(point)) continue;
        if (const auto digit = base::decimal_digit(point)) point = U'0' + static_cast<char32_t>(*digit);
        if (point >= 0xFF01 && point <= 0xFF5E) point -= kFullWidth;
        base::append_utf8(plain, point);
    }
    return base::ascii_lower(plain);
}

}  // namespace

std::string make_totp_secret() {
    return base32_encode(random_bytes(kSecretBytes));
}

std::int64_t totp_step(base::UnixTime now) noexcept {
    return now / kStepSeconds;
}

std::optional<std::string> totp_code(std::string_view secret, std::int64_t step) {
    const auto key = base32_decode(secret);
    if (!key || key->empty()) return std::nullopt;
    std::array<unsigned char, 8> counter{};
    for (std::size_t i = 0; i < counter.size(); ++i)
        counter[i] = static_cast<unsigned char>(static_cast<std::uint64_t>(step) >> (8 * (counter.size() - 1 - i)));
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (HMAC(EVP_sha1(), key->data(), static_cast<int>(key->size()), counter.data(), counter.size(), digest.data(),
             &size) == nullptr)
        return std::nullopt;
    const std::size_t offset = digest[size - 1] & 0xFU;
    const std::uint32_t truncated = (static_cast<std::uint32_t>(digest[offset] & 0x7FU) << 24U) |
                                    (static_cast<std::uint32_t>(digest[offset + 1]) << 16U) |
                                    (static_cast<std::uint32_t>(digest[offset + 2]) << 8U) |
                                    static_cast<std::uint32_t>(digest[offset + 3]);
    return fmt::format("{:06}", truncated % kModulus);
}

std::optional<std::int64_t> match_totp(std::string_view secret, std::string_view code, base::UnixTime now) {
    std::optional<std::int64_t> found;
    const std::string plain = plain_code(code);
    const std::int64_t current = totp_step(now);
    for (std::int64_t step = current - kDrift; step <= current + kDrift; ++step) {
        const auto expected = totp_code(secret, step);
        if (expected && expected->size() == plain.size() &&
            CRYPTO_memcmp(expected->data(), plain.data(), plain.size()) == 0)
            found = step;
    }
    return found;
}

std::string totp_uri(std::string_view secret, std::string_view username) {
    return fmt::format("otpauth://totp/{0}:{1}?secret={2}&issuer={0}&algorithm=SHA1&digits=6&period={3}", kIssuer,
                       percent_encoded(username), secret, kStepSeconds);
}

std::vector<std::string> make_recovery_codes(std::size_t count) {
    std::vector<std::string> codes;
    while (codes.size() < count) {
        std::string code;
        for (const unsigned char byte : random_bytes(kRecoveryCharacters)) {
            if (code.size() % (kRecoveryGroup + 1) == kRecoveryGroup) code += '-';
            const char c = kBase32[byte & 31U];
            code += base::ascii_lower(c);
        }
        codes.push_back(std::move(code));
    }
    return codes;
}

std::string hash_recovery_code(std::string_view code) {
    const std::string plain = plain_code(code);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_Digest(plain.data(), plain.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
        throw std::runtime_error("OpenSSL cannot compute SHA-256");
    std::string hex;
    for (unsigned i = 0; i < size; ++i) fmt::format_to(std::back_inserter(hex), "{:02x}", digest[i]);
    return hex;
}

}  // namespace wdx::auth
