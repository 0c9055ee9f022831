#include "db/connect_failure.hpp"

#include <gtest/gtest.h>

namespace wdx::db {
namespace {

TEST(IsMisreadUrl, SeesAPasswordWithCharactersThatHaveAMeaning) {
    for (const char* password : {"p@ss", "pa/ss", "12/34", "p@s/s", "@", "50%", "%zz", "a%b", "/@"})
        EXPECT_TRUE(is_misread_url("postgresql://watchdxg:" + std::string(password) + "@localhost/watchdxg"))
            << password;
    EXPECT_TRUE(is_misread_url("postgres://watchdxg:p@ss@localhost/watchdxg"));
}

TEST(IsMisreadUrl, LeavesEveryOtherUrlAlone) {
    for (const char* url :
         {"postgresql://watchdxg:p%40s%2Fs@localhost/watchdxg",
          "postgresql://watchdxg:muchwow!!1!#?:@localhost/watchdxg",
          "postgresql://watchdxg@/watchdxg?host=%2Ftmp%2Fx&port=5432", "postgresql:///watchdxg", "postgresql://",
          "postgresql://localhost/watchdxg?application_name=a@b", "host=localhost password=p@ss/w%rd", ""})
        EXPECT_FALSE(is_misread_url(url)) << url;
}

TEST(ConnectFailure, ShowsNoPartOfAMisreadPassword) {
    const std::string text = connect_failure("postgresql://watchdxg:p@ss@localhost/watchdxg",
                                             "could not translate host name \"ss@localhost\"");
    EXPECT_EQ(text.find("ss@localhost"), std::string::npos);
    EXPECT_NE(text.find("%40"), std::string::npos);
}

TEST(ConnectFailure, PassesOnWhatLibpqSaysOtherwise) {
    EXPECT_EQ(connect_failure("postgresql://localhost/watchdxg", "connection refused"), "connection refused");
}

}  // namespace
}  // namespace wdx::db
