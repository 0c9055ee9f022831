#include "auth/password_hash.hpp"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <ctime>
#include <string>

#include <gtest/gtest.h>

namespace wdx::auth {
namespace {

/// `no`, `yes`, or `update` for a match that is to be stored anew.
std::string check(std::string_view password, std::string_view encoded) {
    const auto result = check_password(password, encoded);
    if (!result.matches) return result.must_update ? "no, but update?" : "no";
    return result.must_update ? "update" : "yes";
}

/// CPU time of this thread, which other load on the machine does not change much.
template <class Work>
std::chrono::nanoseconds cpu_time(const Work& work) {
    const auto now = [] {
        timespec time{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
    };
    const auto start = now();
    work();
    return now() - start;
}

// Made by Django 5.2; the password is `watchdxg`.
constexpr const char* kCurrent =
    "pbkdf2_sha256$1000000$AbCdEfGhIjKlMnOpQrStUv$YtS51/D3Lu2FwEKBHvPECfVg8rvvTmXNAthQ4nqaiII=";
constexpr const char* kFewIterations =
    "pbkdf2_sha256$1000$ConformanceSalt0000001$X3YUt3eCxP1c96A9N9qYRPYxu4vDKzo/W6lF0TAEVO4=";

TEST(CheckPassword, AcceptsTodaysHash) {
    EXPECT_EQ(check("watchdxg", kCurrent), "yes");
    EXPECT_EQ(check("watchdxh", kCurrent), "no");
}

TEST(CheckPassword, WantsAnotherFormReplacedOnlyWhenItMatches) {
    EXPECT_EQ(check("watchdxg", kFewIterations), "update");
    EXPECT_EQ(check("watchdxh", kFewIterations), "no");
}

TEST(CheckPassword, ARefusalTakesAsLongAsAFullHash) {
    const auto full = cpu_time([] { waste_password_time("watchdxg"); });
    EXPECT_GT(full.count(), 0);
    for (const char* const encoded :
         {"!unusable", "", "pbkdf2_sha256$many$salt$hash", "scrypt$damaged", kFewIterations}) {
        EXPECT_GT(cpu_time([&] { check_password("wrong", encoded); }), full / 2) << encoded;
    }
}

TEST(HashPassword, MakesWhatDjangoMakesAndItselfAccepts) {
    const std::string encoded = hash_password("watchdxg");
    EXPECT_EQ(encoded.size(), std::string_view(kCurrent).size());
    EXPECT_TRUE(encoded.starts_with("pbkdf2_sha256$1000000$"));
    const std::string salt = encoded.substr(22, 22);
    EXPECT_TRUE(std::all_of(salt.begin(), salt.end(), [](unsigned char c) { return std::isalnum(c) != 0; })) << salt;
    EXPECT_EQ(encoded[44], '$');
    EXPECT_EQ(check("watchdxg", encoded), "yes");
    EXPECT_EQ(check("watchdxg ", encoded), "no");
    EXPECT_NE(hash_password("watchdxg"), encoded);
}

}  // namespace
}  // namespace wdx::auth
