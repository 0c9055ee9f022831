#include "auth/token.hpp"

#include "base/base64.hpp"
#include "base/json_writer.hpp"
#include "base/random.hpp"
#include "base/unicode.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>

#include <openssl/core_names.h>
#include <openssl/crypto.h>

namespace wdx::auth {
namespace {

using base::JsonValue;
using base::UnixTime;

/// `{"alg":"HS256","typ":"JWT"}` in base64url: the header of every token that we or SimpleJWT made, recognised without
/// decoding it.
constexpr std::string_view kEncodedHeader = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
constexpr std::size_t kSignatureBytes = 32;
constexpr std::size_t kJtiBytes = 16;
/// 9999-12-31T23:59:59Z, where the calendar of the original ends.
constexpr UnixTime kLastSecond = 253402300799;

/// Seconds of a number too large for 64 bits, on either side of the calendar.
constexpr UnixTime kFarAway = 9'000'000'000'000'000'000;

/// Reads a time as PyJWT does, with Python's `int(claim)`: fractions are cut off, true is 1, text of digits is a
/// number.
/// @return whole seconds, saturated; nullopt when Python raises
std::optional<UnixTime> seconds_of(const JsonValue& claim) noexcept {
    switch (claim.kind) {
        case JsonValue::Kind::boolean:
            return claim.boolean ? 1 : 0;
        case JsonValue::Kind::floating: {
            if (!std::isfinite(claim.floating)) return std::nullopt;
            constexpr auto kLimit = static_cast<double>(kFarAway);
            return static_cast<UnixTime>(std::clamp(claim.floating, -kLimit, kLimit));
        }
        case JsonValue::Kind::integer:
            if (claim.fits_int64) return claim.integer;
            return claim.raw.starts_with('-') ? -kFarAway : kFarAway;
        case JsonValue::Kind::string: {
            const auto number = base::parse_python_int(claim.string);
            if (!number) return std::nullopt;
            if (number->in_range) return number->value;
            return number->negative ? -kFarAway : kFarAway;
        }
        default:
            return std::nullopt;
    }
}

bool is_supported_header(std::string_view segment) {
    if (segment == kEncodedHeader) return true;
    const auto text = base::base64url_decode(segment);
    if (!text) return false;
    const auto json = base::read_json(*text);
    const auto* value = std::get_if<JsonValue>(&json);
    if (value == nullptr || !value->is_object()) return false;
    const JsonValue& header = *value;
    const JsonValue* alg = header.find("alg");
    if (alg == nullptr || !alg->is_string() || alg->string != "HS256") return false;
    const JsonValue* kid = header.find("kid");
    if (kid != nullptr && !kid->is_string()) return false;
    // A payload that is not encoded stands outside the token (RFC 7797); PyJWT looks for exactly `false`.
    const JsonValue* b64 = header.find("b64");
    if (b64 != nullptr && b64->kind == JsonValue::Kind::boolean && !b64->boolean) return false;
    // No extension is understood, so none may be critical.
    return header.find("crit") == nullptr;
}

/// PyJWT's `_validate_claims`, in its order.
std::optional<TokenFault> check_times(const JsonValue& claims, UnixTime now) noexcept {
    for (const std::string_view name : {"iat", "nbf"}) {
        const JsonValue* claim = claims.find(name);
        if (claim == nullptr) continue;
        const auto seconds = seconds_of(*claim);
        if (!seconds || *seconds > now) return TokenFault::invalid;
    }
    if (const JsonValue* exp = claims.find("exp")) {
        const auto seconds = seconds_of(*exp);
        if (!seconds) return TokenFault::invalid;
        if (*seconds <= now) return TokenFault::expired;
        // compat: exp. Here SimpleJWT makes a date of it, of numbers within the calendar alone.
        if (!exp->is_number() || *seconds > kLastSecond) return TokenFault::invalid;
    }
    for (const std::string_view name : {"sub", "jti"}) {
        const JsonValue* claim = claims.find(name);
        if (claim != nullptr && !claim->is_string()) return TokenFault::invalid;
    }
    return std::nullopt;
}

struct Segments {
    std::string_view header;
    std::string_view payload;
    std::string_view signature;
    std::string_view signed_text;
};

std::optional<Segments> split(std::string_view token) noexcept {
    const auto first = token.find('.');
    if (first == std::string_view::npos) return std::nullopt;
    const auto second = token.find('.', first + 1);
    if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) return std::nullopt;
    return Segments{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1),
                    token.substr(0, second)};
}

bool has_good_signature(const Segments& segments, const SigningKey& key) {
    const auto signature = base::base64url_decode(segments.signature);
    return signature && key.verifies(segments.signed_text, *signature);
}

std::string seal(std::string_view payload, const SigningKey& key) {
    std::string token{kEncodedHeader};
    token += '.';
    token += base::base64url_encode(payload);
    const std::string signature = key.sign(token);
    token += '.';
    token += base::base64url_encode(signature);
    return token;
}

/// Builds a payload member by member.
class PayloadWriter {
  public:
    void string(std::string_view name, std::string_view value) {
        begin(name);
        base::append_json_string(text_, value);
    }
    void integer(std::string_view name, std::int64_t value) {
        begin(name);
        base::append_json_integer(text_, value);
    }
    /// A claim of another token, byte for byte.
    void copy(const base::JsonMember& claim) {
        text_ += text_.empty() ? '{' : ',';
        text_ += claim.raw_name;
        text_ += ':';
        text_ += claim.value.raw;
    }
    std::string finish() {
        text_ += '}';
        return std::move(text_);
    }

  private:
    void begin(std::string_view name) {
        text_ += text_.empty() ? '{' : ',';
        base::append_json_string(text_, name);
        text_ += ':';
    }
    std::string text_;
};

UnixTime expiry(TokenType type, const Lifetimes& lifetimes, UnixTime now) noexcept {
    return now + (type == TokenType::access ? lifetimes.access : lifetimes.refresh).count();
}

std::string_view name_of(TokenType type) noexcept {
    return type == TokenType::access ? "access" : "refresh";
}

/// `token_type, exp, iat, jti`: how every new token begins.
PayloadWriter begin_payload(TokenType type, const IssuedToken& token, UnixTime now) {
    PayloadWriter payload;
    payload.string("token_type", name_of(type));
    payload.integer("exp", token.expires_at);
    payload.integer("iat", now);
    payload.string("jti", token.jti);
    return payload;
}

IssuedToken blank_token(TokenType type, const Lifetimes& lifetimes, UnixTime now) {
    return {.text = {}, .jti = base::random_hex(kJtiBytes), .expires_at = expiry(type, lifetimes, now)};
}

/// Fills in the text of an access token: `token_type, exp, iat, jti`, then what the refresh token claims besides.
IssuedToken access_token_of(const Claims& refresh, IssuedToken token, UnixTime now, const SigningKey& key) {
    PayloadWriter payload = begin_payload(TokenType::access, token, now);
    for (const base::JsonMember& claim : refresh.object().members) {
        const std::string& name = claim.name;
        if (name != "token_type" && name != "exp" && name != "iat" && name != "jti") payload.copy(claim);
    }
    token.text = seal(payload.finish(), key);
    return token;
}

}  // namespace

SigningKey::SigningKey(std::string_view secret, const std::vector<std::string>& fallbacks) {
    contexts_.push_back(make(secret));
    for (const std::string& fallback : fallbacks) contexts_.push_back(make(fallback));
}

SigningKey::MacPtr SigningKey::make(std::string_view secret) {
    const std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr), EVP_MAC_free);
    MacPtr context(mac ? EVP_MAC_CTX_new(mac.get()) : nullptr);
    std::string digest = "SHA256";
    const std::array params{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), digest.size()),
                            OSSL_PARAM_construct_end()};
    const auto* bytes = reinterpret_cast<const unsigned char*>(secret.data());
    if (!context || EVP_MAC_init(context.get(), bytes, secret.size(), params.data()) != 1)
        throw std::runtime_error("OpenSSL cannot make an HMAC-SHA-256 key");
    return context;
}

std::string SigningKey::sign_with(EVP_MAC_CTX* context, std::string_view text) {
    std::string out(kSignatureBytes, '\0');
    std::size_t written = 0;
    // Without a key EVP_MAC_init starts over with the one it has (EVP_MAC(3)).
    if (EVP_MAC_init(context, nullptr, 0, nullptr) != 1 ||
        EVP_MAC_update(context, reinterpret_cast<const unsigned char*>(text.data()), text.size()) != 1 ||
        EVP_MAC_final(context, reinterpret_cast<unsigned char*>(out.data()), &written, out.size()) != 1)
        throw std::runtime_error("OpenSSL cannot compute an HMAC");
    return out;
}

std::string SigningKey::sign(std::string_view text) const {
    return sign_with(contexts_.front().get(), text);
}

bool SigningKey::verifies(std::string_view text, std::string_view signature) const {
    return signature.size() == kSignatureBytes &&
           std::any_of(contexts_.begin(), contexts_.end(), [&](const MacPtr& context) {
               return CRYPTO_memcmp(signature.data(), sign_with(context.get(), text).data(), kSignatureBytes) == 0;
           });
}

std::string_view message_of(TokenFault fault) noexcept {
    switch (fault) {
        case TokenFault::invalid:
            break;
        case TokenFault::expired:
            return "Token is expired";
        case TokenFault::blacklisted:
            return "Token is blacklisted";
        case TokenFault::no_exp:
            return "Token has no 'exp' claim";
        case TokenFault::no_id:
            return "Token has no id";
        case TokenFault::no_type:
            return "Token has no type";
        case TokenFault::wrong_type:
            return "Token has wrong type";
    }
    return "Token is invalid";
}

std::string_view Claims::jti() const noexcept {
    const JsonValue* claim = find("jti");
    return claim == nullptr ? std::string_view{} : std::string_view{claim->string};
}

UnixTime Claims::expires_at() const noexcept {
    const JsonValue* claim = find("exp");
    return claim == nullptr ? 0 : seconds_of(*claim).value_or(0);
}

std::optional<UnixTime> Claims::issued_at() const noexcept {
    const JsonValue* claim = find("iat");
    return claim == nullptr ? std::nullopt : seconds_of(*claim);
}

std::optional<std::int32_t> Claims::user_id() const noexcept {
    const JsonValue* claim = find("user_id");
    if (claim == nullptr) return std::nullopt;
    std::string_view digits;
    if (claim->kind == JsonValue::Kind::integer) {
        digits = claim->raw;
    } else if (claim->is_string()) {
        digits = claim->string;
    }
    // compat: user_id. Only the plain form names a user: no sign, space or leading zero.
    if (digits.empty() || (digits.size() > 1 && digits.front() == '0')) return std::nullopt;
    std::int32_t id = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
    if (error != std::errc{} || end != digits.data() + digits.size() || digits.front() == '-') return std::nullopt;
    return id;
}

std::variant<Claims, TokenFault> decode_token(std::string_view token, const SigningKey& key, UnixTime now) {
    const auto segments = split(token);
    if (!segments || !is_supported_header(segments->header)) return TokenFault::invalid;
    if (!has_good_signature(*segments, key)) return TokenFault::invalid;

    auto payload = base::base64url_decode(segments->payload);
    if (!payload) return TokenFault::invalid;
    auto text = std::make_unique<const std::string>(std::move(*payload));
    auto json = base::read_json(*text);
    auto* claims = std::get_if<JsonValue>(&json);
    if (claims == nullptr || !claims->is_object()) return TokenFault::invalid;
    if (const auto fault = check_times(*claims, now)) return *fault;
    return Claims{std::move(text), std::move(*claims)};
}

std::optional<TokenFault> check_claims(const Claims& claims, std::optional<TokenType> type) noexcept {
    if (claims.find("exp") == nullptr) return TokenFault::no_exp;
    if (claims.find("jti") == nullptr) return TokenFault::no_id;
    if (!type) return std::nullopt;
    const JsonValue* claim = claims.find("token_type");
    if (claim == nullptr) return TokenFault::no_type;
    if (!claim->is_string() || claim->string != name_of(*type)) return TokenFault::wrong_type;
    return std::nullopt;
}

IssuedToken issue_token(TokenType type, std::int32_t user_id, const Lifetimes& lifetimes, const SigningKey& key,
                        UnixTime now) {
    IssuedToken token = blank_token(type, lifetimes, now);
    PayloadWriter payload = begin_payload(type, token, now);
    payload.string("user_id", std::to_string(user_id));
    token.text = seal(payload.finish(), key);
    return token;
}

IssuedToken rotate_refresh_token(const Claims& old, const Lifetimes& lifetimes, const SigningKey& key, UnixTime now) {
    IssuedToken token = blank_token(TokenType::refresh, lifetimes, now);
    PayloadWriter payload;
    for (const base::JsonMember& claim : old.object().members) {
        if (claim.name == "jti") {
            payload.string(claim.name, token.jti);
        } else if (claim.name == "exp") {
            payload.integer(claim.name, token.expires_at);
        } else if (claim.name == "iat") {
            payload.integer(claim.name, now);
        } else {
            payload.copy(claim);
        }
    }
    if (old.find("iat") == nullptr) payload.integer("iat", now);
    token.text = seal(payload.finish(), key);
    return token;
}

IssuedToken derive_access_token(const Claims& refresh, const Lifetimes& lifetimes, const SigningKey& key,
                                UnixTime now) {
    return access_token_of(refresh, blank_token(TokenType::access, lifetimes, now), now, key);
}

IssuedToken reissue_access_token(const Claims& refresh, std::string_view jti, UnixTime expires_at,
                                 const SigningKey& key) {
    return access_token_of(refresh, {.text = {}, .jti = std::string(jti), .expires_at = expires_at},
                           refresh.issued_at().value_or(0), key);
}

}  // namespace wdx::auth
