#include "db/literals.hpp"

#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

namespace wdx::db {
namespace {

const std::vector<std::string> kLiterals{"'a'", "NULL", "'$1 $2'", " E'\\\\'"};

TEST(WithLiterals, PutsEachValueInItsPlace) {
    EXPECT_EQ(with_literals("SELECT $1::text, $2::bigint WHERE x = $1", kLiterals),
              "SELECT 'a'::text, NULL::bigint WHERE x = 'a'");
    EXPECT_EQ(with_literals("$4", kLiterals), " E'\\\\'");
    EXPECT_EQ(with_literals("SELECT 1", {}), "SELECT 1");
    EXPECT_EQ(with_literals("", kLiterals), "");
}

TEST(WithLiterals, DoesNotLookIntoValues) {
    EXPECT_EQ(with_literals("$3 || $1", kLiterals), "'$1 $2' || 'a'");
}

TEST(WithLiterals, LeavesWhatIsQuoted) {
    const std::string_view quoted = R"('$1' || 'it''s $2' AS "$1 ""$2""")";
    EXPECT_EQ(with_literals(quoted, kLiterals), quoted);
    EXPECT_EQ(with_literals("'\"' || $1 || \"'\" || $1", kLiterals), "'\"' || 'a' || \"'\" || 'a'");
    EXPECT_EQ(with_literals("x ~ '\\S$' AND $1", kLiterals), "x ~ '\\S$' AND 'a'");
    EXPECT_EQ(with_literals("'$1", kLiterals), "'$1");
    EXPECT_EQ(with_literals("\"", kLiterals), "\"");
}

TEST(WithLiterals, ReadsNumbersOfSeveralDigits) {
    std::vector<std::string> many(12, "NULL");
    many[0] = "'first'";
    many[11] = "'last'";
    EXPECT_EQ(with_literals("$12,$1", many), "'last','first'");
}

TEST(WithLiterals, RefusesAValueThatIsNotThere) {
    for (const std::string_view sql : {"$5", "$0", "$", "$x", "$$", "$-1", "$99999999999999999999999"})
        EXPECT_THROW(with_literals(sql, kLiterals), std::logic_error) << sql;
}

}  // namespace
}  // namespace wdx::db
