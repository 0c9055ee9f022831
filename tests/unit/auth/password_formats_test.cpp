#include "auth/password_formats.hpp"

#include <string>

#include <gtest/gtest.h>

namespace wdx::auth {
namespace {

/// `no`, `yes`, `outdated` for a match that is to be stored anew, or `unusable`.
std::string check(std::string_view password, std::string_view encoded) {
    const auto stored = check_stored(password, encoded);
    if (!stored) return "unusable";
    if (!stored->matches) return "no";
    return stored->is_outdated ? "outdated" : "yes";
}

// Made by Django 5.2; the password is `watchdxg`.
constexpr const char* kCurrent =
    "pbkdf2_sha256$1000000$AbCdEfGhIjKlMnOpQrStUv$YtS51/D3Lu2FwEKBHvPECfVg8rvvTmXNAthQ4nqaiII=";
constexpr const char* kFewIterations =
    "pbkdf2_sha256$1000$ConformanceSalt0000001$X3YUt3eCxP1c96A9N9qYRPYxu4vDKzo/W6lF0TAEVO4=";
constexpr const char* kManyIterations =
    "pbkdf2_sha256$1200000$ConformanceSalt0000001$56S49AT/+z6bpF2jkjohB13j35GuQmkoph8HAyo/tHg=";
constexpr const char* kShortSalt = "pbkdf2_sha256$1000000$seasalt$M9b6UDaiqsZCAZ7tp2IJyUfuK9L5V63jCUM0zPcxhzw=";
constexpr const char* kSha1 = "pbkdf2_sha1$1000$ConformanceSalt0000001$ZLAne8OGVOX/vpbyGnqkqsxXP1g=";
constexpr const char* kScrypt =
    "scrypt$16384$ConformanceSalt0000001$8$5$"
    "lVSqRWE8C5iX7ktQCyg8mYV8vXS6h3HYDU4UaaWNpBUprnBBCx0JRQ/xpeY9TkopmLyxH5OefgE2o038aMkOmw==";
constexpr const char* kSmallScrypt =
    "scrypt$1024$ConformanceSalt0000001$8$1$"
    "UaZjryPRPV7bQtURF0Vv2bpgebGPuaZpYeZSfgLzRXFbRMSmA+9RiV1zymxkNBEwmXpL4v7nMY8Xg2LPQJncLA==";
constexpr const char* kArgon2 =
    "argon2$argon2id$v=19$m=102400,t=2,p=8$Q29uZm9ybWFuY2VTYWx0MDAwMDAwMQ$zvWbICYCSGJFBsP8a2UM7g";
constexpr const char* kBcrypt = "bcrypt_sha256$$2b$06$4EThI5CZovxMooaWvhEhPejEbsOKuIVFT3Yi5O3goA/4jOd/qRURm";

TEST(CheckStored, AcceptsTodaysHash) {
    EXPECT_EQ(check("watchdxg", kCurrent), "yes");
    EXPECT_EQ(check("watchdxh", kCurrent), "no");
}

TEST(CheckStored, WantsOtherIterationsAndShortSaltsReplaced) {
    EXPECT_EQ(check("watchdxg", kFewIterations), "outdated");
    EXPECT_EQ(check("watchdxg", kManyIterations), "outdated");
    EXPECT_EQ(check("watchdxg", kShortSalt), "outdated");
}

TEST(CheckStored, TellsHowManyRoundsACheaperHashSpends) {
    EXPECT_EQ(check_stored("wrong", kFewIterations)->missing_iterations, 999'000U);
    EXPECT_EQ(check_stored("wrong", kManyIterations)->missing_iterations, 0U);
    EXPECT_EQ(check_stored("wrong", kSha1)->missing_iterations, 0U);
}

TEST(CheckStored, WantsOtherAlgorithmsReplaced) {
    for (const char* const encoded : {kSha1, kScrypt, kSmallScrypt, kArgon2, kBcrypt}) {
        EXPECT_EQ(check("watchdxg", encoded), "outdated") << encoded;
        EXPECT_EQ(check("Watchdxg", encoded), "no") << encoded;
        EXPECT_EQ(check("", encoded), "no") << encoded;
    }
}

TEST(CheckStored, ReadsPasswordsAsUtf8) {
    constexpr const char* kStored =
        "pbkdf2_sha256$1000$ConformanceSalt0000001$8mUlpV87R7HB69j1TRta3wxiC4DkHn8PIUgNmw0/n9A=";
    EXPECT_EQ(check("p\u00E4ssw\u00F6rd-\u65E5\u672C", kStored), "outdated");
}

TEST(CheckStored, NeverMatchesWhatCannotBeUsed) {
    for (const char* const encoded :
         {"", "!Zx8PQ0vcYAbCdEfGhIjKlMnOpQrStUv0123456789", "watchdxg", "md5$salt$4c131e9d3481a8f072f9b94e7e5c6493",
          "746d59709b2c3367d575bff32f680a6b", "sha1$salt$9d6c2b3bfed14b5ca12f83f952d63b07090319d0",
          "rot13$1$salt$jngpuqkt", "$", "pbkdf2_sha256"}) {
        EXPECT_EQ(check("watchdxg", encoded), "unusable") << encoded;
    }
}

TEST(CheckStored, NeverMatchesDamagedIterationsOfPbkdf2) {
    const std::string rest = "$ConformanceSalt0000001$X3YUt3eCxP1c96A9N9qYRPYxu4vDKzo/W6lF0TAEVO4=";
    for (const std::string iterations : {"many", "", "0", "-1", "01000", "+1000", "1000 ", "1_000", "100000001",
                                         "4294968296", "99999999999999999999"}) {
        EXPECT_EQ(check("watchdxg", "pbkdf2_sha256$" + iterations + rest), "unusable") << iterations;
    }
}

TEST(CheckStored, NeverMatchesDamagedFieldsOfPbkdf2) {
    for (const char* const encoded :
         {"pbkdf2_sha256$1000$ConformanceSalt0000001", "pbkdf2_sha256$1000$ConformanceSalt0000001$",
          "pbkdf2_sha256$1000$$AAAA",
          "pbkdf2_sha256$1000$ConformanceSalt0000001$X3YUt3eCxP1c96A9N9qYRPYxu4vDKzo/W6lF0TAEVO4=$"}) {
        EXPECT_EQ(check("watchdxg", encoded), "unusable") << encoded;
    }
    EXPECT_EQ(check("watchdxg", "pbkdf2_sha256$1000$ConformanceSalt0000001$AAAA"), "no");
}

TEST(CheckStored, ADamagedScryptRowCostsNoMemory) {
    const std::string hash =
        "$UaZjryPRPV7bQtURF0Vv2bpgebGPuaZpYeZSfgLzRXFbRMSmA+9RiV1zymxkNBEwmXpL4v7nMY8Xg2LPQJncLA==";
    for (const std::string parameters : {"1073741824$salt$8$1", "1024$salt$4294967295$1", "1024$salt$8$4294967295",
                                         "4294967295$salt$4294967295$4294967295", "2$salt$1$4000000000",
                                         "1000$salt$8$1", "0$salt$8$1", "1024$salt$0$1", "1024$$8$1", "1024$salt$8"}) {
        EXPECT_EQ(check("watchdxg", "scrypt$" + parameters + hash), "unusable") << parameters;
    }
}

TEST(CheckStored, ADamagedArgon2RowCostsNoMemory) {
    const std::string rest = "$Q29uZm9ybWFuY2VTYWx0MDAwMDAwMQ$zvWbICYCSGJFBsP8a2UM7g";
    for (const std::string parameters :
         {"$argon2id$v=19$m=4294967295,t=1,p=1", "$argon2id$v=19$m=102400,t=4294967295,p=8",
          "$argon2id$v=19$m=1048576,t=1,p=131072", "$argon2id$v=19$m=102400,t=2", "$argon2id$v=19$t=2,m=102400,p=8",
          "$argon2x$v=19$m=102400,t=2,p=8", "$argon2id$v=19$m=0,t=2,p=8", "argon2id", ""}) {
        EXPECT_EQ(check("watchdxg", "argon2" + parameters + rest), "unusable") << parameters;
    }
}

TEST(CheckStored, ADamagedBcryptRowNeverReachesAnotherFormatOfCrypt) {
    for (const char* const encoded : {"bcrypt_sha256$$2b$31$4EThI5CZovxMooaWvhEhPejEbsOKuIVFT3Yi5O3goA/4jOd/qRURm",
                                      "bcrypt_sha256$$2b$06$4EThI5CZovxMooaWvhEhPejEbsOKuIVFT3Yi5O3goA/4jOd/qRUR",
                                      "bcrypt_sha256$$2b$xx$4EThI5CZovxMooaWvhEhPejEbsOKuIVFT3Yi5O3goA/4jOd/qRURm",
                                      "bcrypt_sha256$$6$06$44EThI5CZovxMooaWvhEhPejEbsOKuIVFT3Yi5O3goA/4jOd/qRURm",
                                      "bcrypt_sha256$$2b$06$4EThI5CZovx!ooaWvhEhPejEbsOKuIVFT3Yi5O3goA/4jOd/qRURm",
                                      "bcrypt_sha256$", "bcrypt_sha256"}) {
        EXPECT_EQ(check("watchdxg", encoded), "unusable") << encoded;
    }
}

}  // namespace
}  // namespace wdx::auth
