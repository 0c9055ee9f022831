#include "auth/totp.hpp"

#include <set>

#include <gtest/gtest.h>

namespace wdx::auth {
namespace {

/// "12345678901234567890", the key of RFC 6238's test values, in base32.
constexpr std::string_view kRfcSecret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

TEST(TotpCode, MakesTheTestValuesOfRfc6238) {
    // Appendix B has eight digits; six of them are their end.
    EXPECT_EQ(totp_code(kRfcSecret, totp_step(59)), "287082");
    EXPECT_EQ(totp_code(kRfcSecret, totp_step(1111111109)), "081804");
    EXPECT_EQ(totp_code(kRfcSecret, totp_step(1111111111)), "050471");
    EXPECT_EQ(totp_code(kRfcSecret, totp_step(1234567890)), "005924");
    EXPECT_EQ(totp_code(kRfcSecret, totp_step(2000000000)), "279037");
    EXPECT_EQ(totp_code(kRfcSecret, totp_step(20000000000)), "353130");
}

TEST(TotpCode, RefusesWhatIsNoBase32) {
    for (const char* secret : {"", "abc", "A1", "GEZD!"}) EXPECT_FALSE(totp_code(secret, 1)) << secret;
}

TEST(MatchTotp, TakesTheStepAndItsNeighbours) {
    constexpr base::UnixTime kNow = 1'000'000'000;
    const std::int64_t step = totp_step(kNow);
    for (const std::int64_t drift : {-1, 0, 1})
        EXPECT_EQ(match_totp(kRfcSecret, *totp_code(kRfcSecret, step + drift), kNow), step + drift);
    for (const std::int64_t drift : {-2, 2})
        EXPECT_FALSE(match_totp(kRfcSecret, *totp_code(kRfcSecret, step + drift), kNow)) << drift;
}

TEST(MatchTotp, RefusesWhatIsNoCode) {
    const std::string code = *totp_code(kRfcSecret, totp_step(59));
    for (const std::string& text : {std::string(), code + "0", "+" + code, code.substr(1), std::string("abcdef"),
                                    code.substr(0, 3) + "." + code.substr(3), std::string("\xF0\x9D")})
        EXPECT_FALSE(match_totp(kRfcSecret, text, 59)) << text;
}

TEST(MatchTotp, ReadsACodeAsPeopleCopyIt) {
    ASSERT_EQ(totp_code(kRfcSecret, totp_step(59)), "287082");
    for (const char* const text :
         {"287 082", " 287082\n", "287-082", "28 70 82", "287\u00A0082", "287\u202F082", "287\u2009082", "287\u2011082",
          "287\u2013082", "287\u2212082", "\u200E287\u200B082\uFEFF", "287\u00AD082",
          "\uFF12\uFF18\uFF17\uFF10\uFF18\uFF12", "\u0662\u0668\u0667\u0660\u0668\u0662",
          "\u06F2\u06F8\u06F7 \u06F0\u06F8\u06F2", "2\u096E7082"})
        EXPECT_EQ(match_totp(kRfcSecret, text, 59), totp_step(59)) << text;
}

TEST(MakeTotpSecret, MakesA160BitSecretThatCodesCanBeMadeOf) {
    const std::string secret = make_totp_secret();
    EXPECT_EQ(secret.size(), 32U);
    EXPECT_NE(secret, make_totp_secret());
    EXPECT_TRUE(totp_code(secret, 1));
}

TEST(TotpUri, EscapesTheName) {
    EXPECT_EQ(totp_uri("ABC", "a b/é"),
              "otpauth://totp/watchdxg:a%20b%2F%C3%A9?secret=ABC&issuer=watchdxg&algorithm=SHA1&digits=6&period=30");
}

TEST(RecoveryCodes, AreDistinctAndOf100Bits) {
    const auto codes = make_recovery_codes(10);
    EXPECT_EQ(std::set<std::string>(codes.begin(), codes.end()).size(), 10U);
    for (const std::string& code : codes) EXPECT_EQ(code.size(), 23U) << code;
}

TEST(HashRecoveryCode, DoesNotMindDashesBlanksAndCase) {
    const std::string hash = hash_recovery_code("abcde-fghij-klmno-pqrst");
    EXPECT_EQ(hash.size(), 64U);
    EXPECT_EQ(hash_recovery_code("ABCDE FGHIJ klmnopqrst"), hash);
    EXPECT_EQ(hash_recovery_code("\uFF41bcde\u2013fghij\u00A0klmno\u2011pqrs\uFF34\n"), hash);
    EXPECT_NE(hash_recovery_code("abcde-fghij-klmno-pqrsu"), hash);
}

}  // namespace
}  // namespace wdx::auth
