#pragma once

#include "base/clock.hpp"
#include "base/json_reader.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <openssl/evp.h>

namespace wdx::auth {

/// The HMAC-SHA-256 key that signs and verifies tokens, and the keys of earlier times that still verify.  Holds one
/// reused EVP_MAC context for each (0.5 us a token instead of 1.8 us for a one-shot HMAC), so an object belongs to one
/// thread.
class SigningKey {
  public:
    /// @param fallbacks  keys that verify and never sign, as Django's SECRET_KEY_FALLBACKS
    /// @throws std::runtime_error when OpenSSL has no HMAC
    explicit SigningKey(std::string_view secret, const std::vector<std::string>& fallbacks = {});

    /// @return 32 bytes
    [[nodiscard]] std::string sign(std::string_view text) const;
    /// True when the key or one of the fallbacks made `signature` of `text`; compares in constant time.
    [[nodiscard]] bool verifies(std::string_view text, std::string_view signature) const;

  private:
    struct Deleter {
        void operator()(EVP_MAC_CTX* context) const noexcept { EVP_MAC_CTX_free(context); }
    };
    using MacPtr = std::unique_ptr<EVP_MAC_CTX, Deleter>;
    static MacPtr make(std::string_view secret);
    static std::string sign_with(EVP_MAC_CTX* context, std::string_view text);

    std::vector<MacPtr> contexts_;  ///< the first one signs
};

enum class TokenType { access, refresh };

/// The first check that a token failed.
enum class TokenFault {
    invalid,  ///< not decodable, wrong algorithm or signature, not yet valid, claim of a wrong type
    expired,
    blacklisted,  ///< found by the store, not here
    no_exp,
    no_id,
    no_type,
    wrong_type,
};

/// SimpleJWT's words for a fault, e.g. `Token is invalid`.
std::string_view message_of(TokenFault fault) noexcept;

/// The claims of a token whose signature and times are good.  Owns the payload that the claims point into.
class Claims {
  public:
    Claims(std::unique_ptr<const std::string> payload, base::JsonValue object)
        : payload_(std::move(payload)), object_(std::move(object)) {}

    [[nodiscard]] const base::JsonValue* find(std::string_view name) const noexcept { return object_.find(name); }
    [[nodiscard]] const base::JsonValue& object() const noexcept { return object_; }
    /// @return `jti`, or an empty view when it is missing
    [[nodiscard]] std::string_view jti() const noexcept;
    /// @return whole seconds of `exp` (0 when missing)
    [[nodiscard]] base::UnixTime expires_at() const noexcept;
    /// @return whole seconds of `iat`, nullopt when missing
    [[nodiscard]] std::optional<base::UnixTime> issued_at() const noexcept;
    /// @return the user that the token is for: a JSON integer or its plain decimal text, within PostgreSQL's integer;
    ///         nullopt for everything else, `user_id: true` or `" 1"` for instance
    [[nodiscard]] std::optional<std::int32_t> user_id() const noexcept;

  private:
    std::unique_ptr<const std::string> payload_;
    base::JsonValue object_;
};

/// Decodes a compact HS256 token (`header.payload.signature`, base64url without padding) and checks signature, `iat`,
/// `nbf`, `exp`, `sub` and `jti`, in this order.
/// @param now  a token whose `exp` equals it has expired; there is no leeway
/// @return the claims, or the first fault (`invalid` or `expired`); never throws on bad input
/// Source: PyJWT 2.15 api_jws.py `_load`, api_jwt.py `_validate_claims`; RFC 7515 (section 4.1.11 for `crit`).
std::variant<Claims, TokenFault> decode_token(std::string_view token, const SigningKey& key, base::UnixTime now);

/// The checks of SimpleJWT's `Token.verify` that need no database: `exp`, `jti` and the type.
/// @param type  nullopt: either, also none (SimpleJWT's UntypedToken)
/// Source: SimpleJWT 5.5 tokens.py `Token.verify`.
std::optional<TokenFault> check_claims(const Claims& claims, std::optional<TokenType> type) noexcept;

/// A signed token together with what the database records of it.
struct IssuedToken {
    std::string text;
    std::string jti;  ///< 32 lower-case hex digits
    base::UnixTime expires_at = 0;
};

struct Lifetimes {
    std::chrono::seconds access;
    std::chrono::seconds refresh;
};

/// A new token for a login: claims `token_type, exp, iat, jti, user_id` (the id as text, as SimpleJWT writes it).
IssuedToken issue_token(TokenType type, std::int32_t user_id, const Lifetimes& lifetimes, const SigningKey& key,
                        base::UnixTime now);

/// The successor of a refresh token: its claims with new `jti`, `exp` and `iat` in their old places.
IssuedToken rotate_refresh_token(const Claims& old, const Lifetimes& lifetimes, const SigningKey& key,
                                 base::UnixTime now);

/// The access token that comes with it: `token_type, exp, iat, jti`, then every other claim of the refresh token in its
/// order, value and type untouched.  Source: SimpleJWT tokens.py `RefreshToken.access_token`.
IssuedToken derive_access_token(const Claims& refresh, const Lifetimes& lifetimes, const SigningKey& key,
                                base::UnixTime now);

/// The access token that was issued together with `refresh`, again: the same claims, and so with the same key the same
/// text.
/// @param jti, expires_at  of that access token
IssuedToken reissue_access_token(const Claims& refresh, std::string_view jti, base::UnixTime expires_at,
                                 const SigningKey& key);

}  // namespace wdx::auth
