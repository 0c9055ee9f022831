#include "auth/token.hpp"

#include "base/base64.hpp"
#include "targets.hpp"

#include <optional>

namespace wdx::fuzz {
namespace {

using auth::Claims;
using auth::TokenType;

constexpr base::UnixTime kNow = 1'750'000'000;  ///< the time of the seeds, see make_seeds.py
constexpr auth::Lifetimes kLifetimes{std::chrono::hours{8}, std::chrono::days{7}};
constexpr std::string_view kHeader = R"({"alg":"HS256","typ":"JWT"})";

/// `header.payload.signature` with a good signature.
std::string sign(std::string_view header, std::string_view payload, const auth::SigningKey& key) {
    std::string text = base::base64url_encode(header) + '.' + base::base64url_encode(payload);
    return text + '.' + base::base64url_encode(key.sign(text));
}

std::optional<Claims> decode(std::string_view text, const auth::SigningKey& key) {
    auto decoded = auth::decode_token(text, key, kNow);
    if (auto* claims = std::get_if<Claims>(&decoded)) return std::move(*claims);
    require(!auth::message_of(std::get<auth::TokenFault>(decoded)).empty(), "words for the fault");
    return std::nullopt;
}

/// What a new token says of itself, and that it carries every other claim on as it came.
void check_successor(const Claims& old, const auth::IssuedToken& issued, TokenType type, std::chrono::seconds lifetime,
                     const auth::SigningKey& key) {
    const auto next = decode(issued.text, key);
    require(next.has_value(), "a token that we made is good");
    require(!auth::check_claims(*next, type), "of its type");
    require(next->jti() == issued.jti && issued.jti.size() == 32, "an id of its own");
    require(next->expires_at() == kNow + lifetime.count() && issued.expires_at == next->expires_at(), "its lifetime");
    require(next->issued_at() == kNow, "made now");
    require(next->user_id() == old.user_id(), "the same user");
    for (const base::JsonMember& claim : old.object().members) {
        const std::string& name = claim.name;
        if (name == "jti" || name == "exp" || name == "iat" || name == "token_type") continue;
        const auto* carried = next->find(name);
        require(carried != nullptr && carried->raw == claim.value.raw, "the other claims, untouched");
    }
}

void check_claims(const Claims& claims, const auth::SigningKey& key) {
    require(claims.find("exp") == nullptr || claims.expires_at() > kNow, "not expired");
    require(claims.issued_at().value_or(0) <= kNow, "not from the future");
    require(claims.user_id().value_or(0) >= 0, "no negative user");
    require(auth::check_claims(claims, TokenType::access) || auth::check_claims(claims, TokenType::refresh),
            "one type");
    if (auth::check_claims(claims, TokenType::refresh)) return;
    check_successor(claims, auth::rotate_refresh_token(claims, kLifetimes, key, kNow), TokenType::refresh,
                    kLifetimes.refresh, key);
    check_successor(claims, auth::derive_access_token(claims, kLifetimes, key, kNow), TokenType::access,
                    kLifetimes.access, key);
}

/// A token of which one character is another is refused.
void check_tampering(std::string text, std::size_t at, const auth::SigningKey& key) {
    at %= text.size();
    text[at] = text[at] == 'A' ? 'B' : 'A';
    require(!decode(text, key), "a changed token is refused");
}

}  // namespace

/// The first byte says what the rest is: `p` a payload, `h` a header and (in the next line) a payload, both of which
/// get a good signature; anything else: the token itself.
void token(std::string_view input) {
    static const auth::SigningKey key("a-signing-secret-for-the-fuzzer-0123456789");
    if (input.empty()) return;
    const std::string_view rest = input.substr(1);
    std::string text(rest);
    if (input.front() == 'p') {
        text = sign(kHeader, rest, key);
    } else if (input.front() == 'h') {
        const auto line = std::min(rest.find('\n'), rest.size());
        text = sign(rest.substr(0, line), rest.substr(std::min(line + 1, rest.size())), key);
    }
    const auto claims = decode(text, key);
    if (!claims) return;
    check_claims(*claims, key);
    check_tampering(text, rest.size() * 7, key);
}

}  // namespace wdx::fuzz
