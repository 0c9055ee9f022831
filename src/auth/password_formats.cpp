#include "auth/password_formats.hpp"

#include "base/digest.hpp"
#include "base/unicode.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <crypt.h>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <argon2.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace wdx::auth {
namespace {

/// Django asks for 128 bits in a salt and counts log2(62) for each character: 22 characters have 131 bits, 21 have 125.
constexpr std::size_t kMinSaltLength = 22;

/// Bounds of what a stored hash may cost; beyond them lies damage, not a choice: some 30 s of work, 1 GiB of memory.
constexpr std::uint32_t kMaxIterations = 100'000'000;
constexpr std::uint64_t kMaxMemory = std::uint64_t{1} << 30U;
constexpr std::uint64_t kMaxMemoryTraffic = kMaxMemory * 16;  // memory times passes over it
constexpr std::uint32_t kMaxLanes = 64;                       // libargon2 starts a thread for each
constexpr unsigned kMaxBcryptCost = 18;

using Outcome = std::optional<StoredCheck>;

bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

const unsigned char* as_bytes(std::string_view text) noexcept {
    return static_cast<const unsigned char*>(static_cast<const void*>(text.data()));
}

std::string base64(const std::vector<unsigned char>& bytes) {
    std::vector<unsigned char> text((bytes.size() + 2) / 3 * 4 + 1);
    const int length = EVP_EncodeBlock(text.data(), bytes.data(), static_cast<int>(bytes.size()));
    return {text.begin(), text.begin() + length};
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> fields;
    for (std::size_t end = text.find(separator); end != std::string_view::npos; end = text.find(separator)) {
        fields.push_back(text.substr(0, end));
        text.remove_prefix(end + 1);
    }
    fields.push_back(text);
    return fields;
}

/// A positive number as `%d` prints it.  Django compares the whole text with what it would have written itself, so that
/// `01000` never matches.
std::optional<std::uint32_t> read_number(std::string_view text) noexcept {
    std::uint32_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || text.front() == '0') return std::nullopt;
    return value;
}

/// @return base64 of the derived key; empty when OpenSSL fails
std::string pbkdf2(std::string_view password, std::string_view salt, std::uint32_t iterations, const EVP_MD* digest) {
    std::vector<unsigned char> key(static_cast<std::size_t>(EVP_MD_get_size(digest)));
    const int done = PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), as_bytes(salt),
                                       static_cast<int>(salt.size()), static_cast<int>(iterations), digest,
                                       static_cast<int>(key.size()), key.data());
    return done == 1 ? base64(key) : std::string{};
}

/// `algorithm$iterations$salt$hash`
struct Pbkdf2Fields {
    std::uint32_t iterations;
    std::string_view salt;
    std::string_view hash;
};

std::optional<Pbkdf2Fields> read_pbkdf2(std::string_view encoded) {
    const auto fields = split(encoded, '$');
    if (fields.size() != 4 || fields[2].empty() || fields[3].empty()) return std::nullopt;
    const auto iterations = read_number(fields[1]);
    if (!iterations || *iterations > kMaxIterations) return std::nullopt;
    return Pbkdf2Fields{*iterations, fields[2], fields[3]};
}

Outcome check_pbkdf2_sha256(std::string_view password, std::string_view encoded) {
    const auto fields = read_pbkdf2(encoded);
    if (!fields) return std::nullopt;
    const auto computed = pbkdf2_sha256(password, fields->salt, fields->iterations);
    StoredCheck check;
    check.matches = equal_in_constant_time(computed, fields->hash);
    check.is_outdated =
        fields->iterations != kPbkdf2Iterations || base::count_code_points(fields->salt) < kMinSaltLength;
    check.missing_iterations = kPbkdf2Iterations - std::min(fields->iterations, kPbkdf2Iterations);
    return check;
}

/// For the formats that are always replaced.
StoredCheck outdated(bool matches) noexcept {
    return {matches, true, 0};
}

Outcome check_pbkdf2_sha1(std::string_view password, std::string_view encoded) {
    const auto fields = read_pbkdf2(encoded);
    if (!fields) return std::nullopt;
    return outdated(
        equal_in_constant_time(pbkdf2(password, fields->salt, fields->iterations, EVP_sha1()), fields->hash));
}

/// `scrypt$N$salt$r$p$hash`
Outcome check_scrypt(std::string_view password, std::string_view encoded) {
    const auto fields = split(encoded, '$');
    if (fields.size() != 6 || fields[2].empty()) return std::nullopt;
    const auto work = read_number(fields[1]);
    const auto block_size = read_number(fields[3]);
    const auto parallelism = read_number(fields[4]);
    if (!work || !block_size || !parallelism) return std::nullopt;
    // Each factor is checked before it is multiplied, so that nothing overflows.
    const std::uint64_t block_bytes = std::uint64_t{128} * *block_size;
    if (block_bytes > kMaxMemory / *work || *parallelism > kMaxMemoryTraffic / (block_bytes * *work)) {
        return std::nullopt;
    }
    const std::uint64_t needed = block_bytes * (std::uint64_t{*work} + *parallelism + 2);
    if (needed > kMaxMemory + block_bytes * 2) return std::nullopt;

    std::vector<unsigned char> key(64);
    const std::string_view salt = fields[2];
    const int done = EVP_PBE_scrypt(password.data(), password.size(), as_bytes(salt), salt.size(), *work, *block_size,
                                    *parallelism, needed, key.data(), key.size());
    if (done != 1) return std::nullopt;
    return outdated(equal_in_constant_time(base64(key), fields[5]));
}

/// Takes `label` and the number that follows it off `text`.
std::optional<std::uint32_t> take_labelled_number(std::string_view& text, std::string_view label) noexcept {
    if (!text.starts_with(label)) return std::nullopt;
    text.remove_prefix(label.size());
    const auto number = read_number(text.substr(0, text.find_first_not_of("0123456789")));
    text.remove_prefix(std::min(text.find_first_not_of("0123456789"), text.size()));
    return number;
}

bool is_affordable_argon2(std::string_view encoded) noexcept {
    std::string_view rest = encoded.substr(std::min(encoded.find("$m="), encoded.size()));
    const auto kibibytes = take_labelled_number(rest, "$m=");
    const auto passes = take_labelled_number(rest, ",t=");
    const auto lanes = take_labelled_number(rest, ",p=");
    if (!kibibytes || !passes || !lanes || *lanes > kMaxLanes) return false;
    const std::uint64_t bytes = std::uint64_t{*kibibytes} * 1024;
    return bytes <= kMaxMemory && *passes <= kMaxMemoryTraffic / bytes;
}

/// `argon2$argon2id$v=19$m=102400,t=2,p=8$salt$hash`; what follows the first word is libargon2's own form.
Outcome check_argon2(std::string_view password, std::string_view encoded) {
    const std::string own_form(encoded.substr(std::min(encoded.find('$'), encoded.size())));
    argon2_type type = Argon2_id;
    if (own_form.starts_with("$argon2i$")) {
        type = Argon2_i;
    } else if (own_form.starts_with("$argon2d$")) {
        type = Argon2_d;
    } else if (!own_form.starts_with("$argon2id$")) {
        return std::nullopt;
    }
    if (!is_affordable_argon2(own_form)) return std::nullopt;
    const int status = argon2_verify(own_form.c_str(), password.data(), password.size(), type);
    if (status != ARGON2_OK && status != ARGON2_VERIFY_MISMATCH) return std::nullopt;
    return outdated(status == ARGON2_OK);
}

/// `$2b$12$` and 53 characters of salt and hash; nothing else may reach crypt, which knows many formats.
bool is_bcrypt(std::string_view text) noexcept {
    constexpr std::size_t kLength = 60;
    if (text.size() != kLength || text[6] != '$') return false;
    if (!text.starts_with("$2b$") && !text.starts_with("$2a$") && !text.starts_with("$2y$")) return false;
    unsigned cost = 0;
    const auto read = std::from_chars(text.data() + 4, text.data() + 6, cost);
    return read.ec == std::errc{} && read.ptr == text.data() + 6 && cost <= kMaxBcryptCost;
}

/// `bcrypt_sha256$$2b$12$...`: bcrypt of the password's SHA-256 in hex, because bcrypt ends at 72 bytes.
Outcome check_bcrypt_sha256(std::string_view password, std::string_view encoded) {
    const std::string stored(encoded.substr(std::min(encoded.find('$') + 1, encoded.size())));
    if (!is_bcrypt(stored)) return std::nullopt;
    const auto memory = std::make_unique<crypt_data>();  // 32 KiB: too much for a stack
    const char* const computed = crypt_r(base::sha256_hex(password).c_str(), stored.c_str(), memory.get());
    if (computed == nullptr || computed[0] == '*') return std::nullopt;
    return outdated(equal_in_constant_time(computed, stored));
}

struct Format {
    std::string_view name;
    Outcome (*check)(std::string_view password, std::string_view encoded);
};

/// Django's default PASSWORD_HASHERS; md5, sha1 and plain text are not among them.
constexpr std::array kFormats{
    Format{"pbkdf2_sha256", &check_pbkdf2_sha256},
    Format{"pbkdf2_sha1", &check_pbkdf2_sha1},
    Format{"argon2", &check_argon2},
    Format{"bcrypt_sha256", &check_bcrypt_sha256},
    Format{"scrypt", &check_scrypt},
};

}  // namespace

std::string pbkdf2_sha256(std::string_view password, std::string_view salt, std::uint32_t iterations) {
    return pbkdf2(password, salt, iterations, EVP_sha256());
}

std::optional<StoredCheck> check_stored(std::string_view password, std::string_view encoded) {
    const std::string_view name = encoded.substr(0, encoded.find('$'));
    for (const Format& format : kFormats) {
        if (format.name == name) return format.check(password, encoded);
    }
    return std::nullopt;
}

}  // namespace wdx::auth
