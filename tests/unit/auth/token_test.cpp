#include "auth/token.hpp"

#include "base/base64.hpp"

#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace wdx::auth {
namespace {

constexpr base::UnixTime kNow = 1'700'000'000;
constexpr Lifetimes kLifetimes{std::chrono::seconds{28800}, std::chrono::seconds{604800}};
constexpr std::string_view kHeader = R"({"alg":"HS256","typ":"JWT"})";

const SigningKey& key() {
    static const SigningKey instance("a-signing-key-of-more-than-32-bytes");
    return instance;
}

std::string seal(std::string_view payload, std::string_view header = kHeader, const SigningKey& with = key()) {
    const std::string text = base::base64url_encode(header) + '.' + base::base64url_encode(payload);
    return text + '.' + base::base64url_encode(with.sign(text));
}

/// `good`, or the fault in SimpleJWT's words.
std::string judge(std::string_view token, base::UnixTime now = kNow) {
    const auto decoded = decode_token(token, key(), now);
    const auto* fault = std::get_if<TokenFault>(&decoded);
    return fault == nullptr ? "good" : std::string(message_of(*fault));
}

std::string judge_claims(std::string_view claims) {
    return judge(seal("{" + std::string(claims) + "}"));
}

std::string judge_header(std::string_view header) {
    return judge(seal(R"({"exp":1700000001})", header));
}

Claims claims_of(std::string_view payload) {
    auto decoded = decode_token(seal(payload), key(), kNow);
    return std::get<Claims>(std::move(decoded));
}

/// `good`, or what `check_claims` finds missing in an access token.
std::string judge_access(std::string_view payload) {
    const auto fault = check_claims(claims_of(payload), TokenType::access);
    return fault ? std::string(message_of(*fault)) : "good";
}

std::string payload_of(std::string_view token) {
    const auto first = token.find('.');
    return base::base64url_decode(token.substr(first + 1, token.rfind('.') - first - 1)).value_or("undecodable");
}

constexpr std::string_view kInvalid = "Token is invalid";
constexpr std::string_view kExpired = "Token is expired";

TEST(DecodeToken, AcceptsATokenThatAnotherProgramMade) {
    // Made by PyJWT with the same key.
    EXPECT_EQ(judge("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
                    "eyJ0b2tlbl90eXBlIjoiYWNjZXNzIiwiZXhwIjoxNzAwMDAwMDAxLCJqdGkiOiJ4IiwidXNlcl9pZCI6IjEifQ."
                    "LXku9oYF2TX3Dy5cVXKGWzvoAk5-0587uDlKMmvhV5w"),
              "good");
}

TEST(DecodeToken, RefusesWhatHasNotThreeSegments) {
    for (const std::string_view text : {"", ".", "..", "garbage", "a.b", "a.b.c", "a.b.c.d"})
        EXPECT_EQ(judge(text), kInvalid);
    const std::string good = seal("{}");
    EXPECT_EQ(judge(good + "."), kInvalid);
    EXPECT_EQ(judge("." + good), kInvalid);
}

TEST(DecodeToken, RefusesAChangedTokenWhereverItWasChanged) {
    const std::string good = seal(R"({"exp":1700000001,"user_id":"1"})");
    ASSERT_EQ(judge(good), "good");
    for (std::size_t i = 0; i < good.size(); ++i) {
        std::string changed = good;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        EXPECT_EQ(judge(changed), kInvalid) << i;
    }
}

TEST(DecodeToken, RefusesAShortOrMissingSignature) {
    const std::string good = seal("{}");
    EXPECT_EQ(judge(good.substr(0, good.size() - 2)), kInvalid);
    EXPECT_EQ(judge(good.substr(0, good.rfind('.') + 1)), kInvalid);
}

TEST(DecodeToken, RefusesAnotherKey) {
    EXPECT_EQ(judge(seal("{}", kHeader, SigningKey("other-secret-other-secret-other-secret"))), kInvalid);
    EXPECT_EQ(judge(seal("{}", kHeader, SigningKey(""))), kInvalid);
}

TEST(DecodeToken, TakesTokensOfFallbackKeysAndSignsWithTheFirstAlone) {
    const std::string old = "an-old-key-of-more-than-32-bytes-long";
    const SigningKey ring("a-new-key-of-more-than-32-bytes-long", {"another-key-of-more-than-32-bytes", old});
    const std::string token = seal(R"({"exp":1700000001})", kHeader, SigningKey(old));
    EXPECT_TRUE(std::holds_alternative<Claims>(decode_token(token, ring, kNow)));
    EXPECT_EQ(ring.sign("text"), SigningKey("a-new-key-of-more-than-32-bytes-long").sign("text"));
    const SigningKey without("a-new-key-of-more-than-32-bytes-long");
    EXPECT_TRUE(std::holds_alternative<TokenFault>(decode_token(token, without, kNow)));
}

TEST(DecodeToken, TakesHs256AloneWhateverElseTheHeaderHolds) {
    EXPECT_EQ(judge_header(R"({"alg":"HS256"})"), "good");
    EXPECT_EQ(judge_header(R"({"typ":"at+jwt","x":[1],"alg":"HS256"})"), "good");
    for (const std::string_view alg : {R"("none")", R"("NONE")", R"("hs256")", R"("HS384")", R"("RS256")", "null", "1",
                                       "true", R"(["HS256"])", R"("")"})
        EXPECT_EQ(judge_header(R"({"typ":"JWT","alg":)" + std::string(alg) + "}"), kInvalid) << alg;
    EXPECT_EQ(judge_header(R"({"typ":"JWT"})"), kInvalid);
}

TEST(DecodeToken, TakesTheLastOfRepeatedHeaderFields) {
    EXPECT_EQ(judge_header(R"({"alg":"none","alg":"HS256"})"), "good");
    EXPECT_EQ(judge_header(R"({"alg":"HS256","alg":"none"})"), kInvalid);
}

TEST(DecodeToken, AsksForTextAsKeyId) {
    EXPECT_EQ(judge_header(R"({"alg":"HS256","kid":"k1"})"), "good");
    EXPECT_EQ(judge_header(R"({"alg":"HS256","kid":1})"), kInvalid);
    EXPECT_EQ(judge_header(R"({"alg":"HS256","kid":null})"), kInvalid);
}

TEST(DecodeToken, RefusesCriticalExtensionsAndDetachedPayloads) {
    EXPECT_EQ(judge_header(R"({"alg":"HS256","crit":["x"],"x":1})"), kInvalid);
    EXPECT_EQ(judge_header(R"({"alg":"HS256","crit":[]})"), kInvalid);
    EXPECT_EQ(judge_header(R"({"alg":"HS256","crit":null})"), kInvalid);
    EXPECT_EQ(judge_header(R"({"alg":"HS256","b64":false})"), kInvalid);
    EXPECT_EQ(judge_header(R"({"alg":"HS256","b64":true})"), "good");
    EXPECT_EQ(judge_header(R"({"alg":"HS256","b64":0})"), "good");
}

TEST(DecodeToken, RefusesAHeaderOrPayloadThatIsNoObject) {
    for (const std::string_view text : {"[]", "null", "1", "\"HS256\"", "", "nope", "{", "{}x", "\xFF"}) {
        EXPECT_EQ(judge_header(text), kInvalid) << text;
        EXPECT_EQ(judge(seal(text)), kInvalid) << text;
    }
}

TEST(DecodeToken, ExpiresInTheSecondThatExpNames) {
    EXPECT_EQ(judge_claims(R"("exp":1700000001)"), "good");
    EXPECT_EQ(judge_claims(R"("exp":1700000000)"), kExpired);
    EXPECT_EQ(judge_claims(R"("exp":1699999999)"), kExpired);
    EXPECT_EQ(judge_claims(R"("exp":0)"), kExpired);
    EXPECT_EQ(judge_claims(R"("exp":-1)"), kExpired);
    EXPECT_EQ(judge_claims(R"("exp":-99999999999999999999)"), kExpired);
}

TEST(DecodeToken, CutsFractionsOfExpOff) {
    EXPECT_EQ(judge_claims(R"("exp":1700000000.9)"), kExpired);
    EXPECT_EQ(judge_claims(R"("exp":1700000001.5)"), "good");
    EXPECT_EQ(judge_claims(R"("exp":1.7e9)"), kExpired);
    EXPECT_EQ(judge_claims(R"("exp":9999999999.5)"), "good");
}

TEST(DecodeToken, ReadsExpAsPythonsIntBeforeItAsksForANumber) {
    EXPECT_EQ(judge_claims(R"("exp":true)"), kExpired);
    EXPECT_EQ(judge_claims(R"("exp":false)"), kExpired);
    EXPECT_EQ(judge_claims(R"("exp":"1699999999")"), kExpired);
    EXPECT_EQ(judge_claims(R"("exp":" 1_000 ")"), kExpired);
    EXPECT_EQ(judge_claims(R"("exp":"1800000000")"), kInvalid);
    for (const std::string_view exp :
         {R"("abc")", R"("")", R"("1.5")", "null", "[1800000000]", "{}", "1e400", "-1e400"})
        EXPECT_EQ(judge_claims(R"("exp":)" + std::string(exp)), kInvalid) << exp;
}

TEST(DecodeToken, RefusesAnExpBeyondTheCalendar) {
    EXPECT_EQ(judge_claims(R"("exp":253402300799)"), "good");
    EXPECT_EQ(judge_claims(R"("exp":253402300800)"), kInvalid);
    EXPECT_EQ(judge_claims(R"("exp":1000000000000000000)"), kInvalid);
    EXPECT_EQ(judge_claims(R"("exp":99999999999999999999)"), kInvalid);
    EXPECT_EQ(judge_claims(R"("exp":1e300)"), kInvalid);
}

TEST(DecodeToken, RefusesATokenFromTheFuture) {
    for (const std::string name : {"iat", "nbf"}) {
        const std::string begin = '"' + name + "\":";
        EXPECT_EQ(judge_claims(begin + "1700000000"), "good");
        EXPECT_EQ(judge_claims(begin + "1700000000.9"), "good");
        EXPECT_EQ(judge_claims(begin + "1700000001"), kInvalid);
        EXPECT_EQ(judge_claims(begin + "99999999999999999999"), kInvalid);
        EXPECT_EQ(judge_claims(begin + "-99999999999999999999"), "good");
    }
}

TEST(DecodeToken, ReadsIatAndNbfAsPythonsInt) {
    for (const std::string name : {"iat", "nbf"}) {
        const std::string begin = '"' + name + "\":";
        for (const std::string value : {"true", "false", R"("1699999999")", R"("-1")", "-0.5"})
            EXPECT_EQ(judge_claims(begin + value), "good") << name << value;
        for (const std::string value :
             {R"("abc")", R"("")", R"("1.0")", R"("1800000000")", "null", "[]", "{}", "1e400"})
            EXPECT_EQ(judge_claims(begin + value), kInvalid) << name << value;
    }
}

TEST(DecodeToken, ChecksIatAndNbfBeforeExpAndTheOthersAfter) {
    EXPECT_EQ(judge_claims(R"("exp":1,"iat":1800000000)"), kInvalid);
    EXPECT_EQ(judge_claims(R"("exp":1,"nbf":"x")"), kInvalid);
    EXPECT_EQ(judge_claims(R"("sub":1,"jti":1,"exp":1)"), kExpired);
}

TEST(DecodeToken, AsksForTextInSubAndJti) {
    EXPECT_EQ(judge_claims(R"("sub":"x","jti":"")"), "good");
    for (const std::string_view value : {"1", "null", "true", "[]"}) {
        EXPECT_EQ(judge_claims(R"("sub":)" + std::string(value)), kInvalid);
        EXPECT_EQ(judge_claims(R"("jti":)" + std::string(value)), kInvalid);
    }
}

TEST(DecodeToken, IgnoresIssuerAudienceAndStrangers) {
    EXPECT_EQ(judge_claims(R"("iss":1,"aud":[1],"role":"admin","x":1e400)"), "good");
}

TEST(DecodeToken, TakesTheLastOfRepeatedClaims) {
    EXPECT_EQ(judge_claims(R"("exp":1,"exp":1800000000)"), "good");
    EXPECT_EQ(judge_claims(R"("exp":1800000000,"exp":1)"), kExpired);
}

TEST(CheckClaims, LooksForExpThenIdThenType) {
    EXPECT_EQ(judge_access(R"({"user_id":"1"})"), "Token has no 'exp' claim");
    EXPECT_EQ(judge_access(R"({"exp":1800000000})"), "Token has no id");
    EXPECT_EQ(judge_access(R"({"exp":1800000000,"jti":""})"), "Token has no type");
    EXPECT_EQ(judge_access(R"({"exp":1800000000,"jti":"","token_type":"refresh"})"), "Token has wrong type");
    EXPECT_EQ(judge_access(R"({"exp":1800000000,"jti":"","token_type":"access"})"), "good");
}

TEST(CheckClaims, ComparesTheTypeExactly) {
    for (const std::string_view type :
         {R"("Access")", R"(" access")", R"("sliding")", "null", R"(["access"])", "true", R"("")"})
        EXPECT_EQ(judge_access(R"({"exp":1800000000,"jti":"","token_type":)" + std::string(type) + "}"),
                  "Token has wrong type")
            << type;
}

TEST(ClaimsUserId, IsAnIntegerOrItsPlainText) {
    const auto user_id = [](std::string_view value) {
        return claims_of(R"({"user_id":)" + std::string(value) + "}").user_id();
    };
    EXPECT_EQ(user_id("1"), 1);
    EXPECT_EQ(user_id(R"("1")"), 1);
    EXPECT_EQ(user_id("0"), 0);
    EXPECT_EQ(user_id(R"("2147483647")"), 2147483647);
    for (const std::string_view value :
         {"true",     "false",       "1.0",         "1.9",        "null",
          "[1]",      R"({"id":1})", R"("")",       R"(" 1")",    R"("+1")",
          R"("-1")",  "-1",          "-0",          R"("01")",    R"("1_0")",
          R"("abc")", R"("\u0000")", R"("\u0661")", "2147483648", "100000000000000000000"})
        EXPECT_EQ(user_id(value), std::nullopt) << value;
    EXPECT_EQ(claims_of("{}").user_id(), std::nullopt);
}

TEST(ClaimsTimes, AreWholeSeconds) {
    const Claims claims = claims_of(R"({"exp":1800000000.5,"iat":1600000000.9})");
    EXPECT_EQ(claims.expires_at(), 1800000000);
    EXPECT_EQ(claims.issued_at(), 1600000000);
    EXPECT_EQ(claims_of("{}").issued_at(), std::nullopt);
    EXPECT_EQ(claims_of("{}").jti(), "");
}

TEST(IssueToken, WritesTheClaimsInSimpleJwtsOrderWithTheUserAsText) {
    const IssuedToken refresh = issue_token(TokenType::refresh, 7, kLifetimes, key(), kNow);
    EXPECT_EQ(payload_of(refresh.text), R"({"token_type":"refresh","exp":1700604800,"iat":1700000000,"jti":")" +
                                            refresh.jti + R"(","user_id":"7"})");
    EXPECT_EQ(refresh.expires_at, kNow + 604800);
    const IssuedToken access = issue_token(TokenType::access, 7, kLifetimes, key(), kNow);
    EXPECT_EQ(payload_of(access.text), R"({"token_type":"access","exp":1700028800,"iat":1700000000,"jti":")" +
                                           access.jti + R"(","user_id":"7"})");
    EXPECT_EQ(judge(access.text), "good");
}

TEST(IssueToken, GivesEveryTokenAnIdOfItsOwn) {
    const IssuedToken one = issue_token(TokenType::access, 1, kLifetimes, key(), kNow);
    const IssuedToken other = issue_token(TokenType::access, 1, kLifetimes, key(), kNow);
    EXPECT_NE(one.jti, other.jti);
    EXPECT_EQ(one.jti.size(), 32U);
    EXPECT_EQ(one.jti.find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST(RotateRefreshToken, KeepsOrderAndEveryOtherClaim) {
    const Claims old = claims_of(
        R"({"role":"x","user_id":1,"jti":"c2","iat":5,"exp":1800000000,"token_type":"refresh","n":[1,{"a":null}]})");
    const IssuedToken next = rotate_refresh_token(old, kLifetimes, key(), kNow);
    EXPECT_EQ(payload_of(next.text),
              R"({"role":"x","user_id":1,"jti":")" + next.jti +
                  R"(","iat":1700000000,"exp":1700604800,"token_type":"refresh","n":[1,{"a":null}]})");
}

TEST(RotateRefreshToken, CarriesALoneSurrogateInANameOn) {
    const Claims old = claims_of(R"({"token_type":"refresh","exp":1800000000,"iat":5,"jti":"a","\ud800":1})");
    const IssuedToken next = rotate_refresh_token(old, kLifetimes, key(), kNow);
    EXPECT_EQ(judge(next.text), "good");
    EXPECT_TRUE(payload_of(next.text).ends_with(R"(,"\ud800":1})"));
    const IssuedToken access = derive_access_token(old, kLifetimes, key(), kNow);
    EXPECT_EQ(judge(access.text), "good");
    EXPECT_TRUE(payload_of(access.text).ends_with(R"(,"\ud800":1})"));
}

TEST(RotateRefreshToken, AppendsAMissingIat) {
    const Claims old = claims_of(R"({"token_type":"refresh","exp":1800000000,"jti":"a","user_id":"1"})");
    const IssuedToken next = rotate_refresh_token(old, kLifetimes, key(), kNow);
    EXPECT_EQ(payload_of(next.text), R"({"token_type":"refresh","exp":1700604800,"jti":")" + next.jti +
                                         R"(","user_id":"1","iat":1700000000})");
}

TEST(DeriveAccessToken, BeginsAnewAndCarriesTheOtherClaims) {
    const Claims refresh =
        claims_of(R"({"role":"\u00e9","user_id":1,"jti":"c2","iat":5,"exp":1800000000,"token_type":"refresh"})");
    const IssuedToken access = derive_access_token(refresh, kLifetimes, key(), kNow);
    EXPECT_EQ(payload_of(access.text), R"({"token_type":"access","exp":1700028800,"iat":1700000000,"jti":")" +
                                           access.jti + R"(","role":"\u00e9","user_id":1})");
    EXPECT_NE(access.jti, "c2");
}

TEST(ReissueAccessToken, MakesTheVeryTokenThatWasDerivedBefore) {
    const Claims old =
        claims_of(R"({"token_type":"refresh","exp":1800000000,"iat":5,"jti":"a","user_id":"1","role":"\u00e9"})");
    const IssuedToken refresh = rotate_refresh_token(old, kLifetimes, key(), kNow);
    const IssuedToken access = derive_access_token(old, kLifetimes, key(), kNow);
    const auto decoded = decode_token(refresh.text, key(), kNow + 1);
    const IssuedToken again = reissue_access_token(std::get<Claims>(decoded), access.jti, access.expires_at, key());
    EXPECT_EQ(again.text, access.text);
}

TEST(CheckClaims, OfEitherTypeWantsNoType) {
    EXPECT_EQ(check_claims(claims_of(R"({"exp":1800000000,"jti":"a"})"), std::nullopt), std::nullopt);
    EXPECT_EQ(check_claims(claims_of(R"({"exp":1800000000})"), std::nullopt), TokenFault::no_id);
    EXPECT_EQ(check_claims(claims_of(R"({"jti":"a"})"), std::nullopt), TokenFault::no_exp);
}

}  // namespace
}  // namespace wdx::auth
