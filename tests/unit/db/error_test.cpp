#include "db/error.hpp"

#include <string>

#include <gtest/gtest.h>

namespace wdx::db {
namespace {

TEST(DbError, KnowsWhichStatesMeanThatTryingLaterMayHelp) {
    for (const char* state : {"08000", "08006", "08P01", "53300", "53200", "57P01", "57P02", "57P03", "57P05", "57014",
                              "25006", "40001", "40P01"})
        EXPECT_TRUE(DbError(state, "q", "m").is_unavailable()) << state;
    for (const char* state : {"23505", "57P04", "42P01", ""})
        EXPECT_FALSE(DbError(state, "q", "m").is_unavailable()) << state;
}

TEST(DbError, KnowsWhichStatesMeanThatTheSchemaChanged) {
    for (const char* state : {"42P01", "42703", "0A000", "26000", "22023"})
        EXPECT_TRUE(DbError(state, "q", "m").is_schema_mismatch());
    EXPECT_FALSE(DbError("42601", "q", "m").is_schema_mismatch());
}

TEST(DbError, SaysStatementMessageAndStateOnOneLine) {
    EXPECT_STREQ(DbError("42601", "find_user", "syntax\nerror\n").what(), "find_user: syntax error (SQLSTATE 42601)");
}

TEST(DbError, ALostConnectionKeepsWhetherTheStatementHadBeenSent) {
    const DbError lost = DbError::unavailable("rotate", "server closed the connection\n", true);
    EXPECT_TRUE(lost.is_unavailable());
    EXPECT_TRUE(lost.outcome_unknown());
    EXPECT_STREQ(lost.what(), "rotate: server closed the connection");
    EXPECT_FALSE(DbError::unavailable("connect", "refused", false).outcome_unknown());
}

}  // namespace
}  // namespace wdx::db
