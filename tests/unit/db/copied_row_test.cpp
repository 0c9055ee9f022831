#include "db/copied_row.hpp"

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

namespace wdx::db {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

const std::string kHeader = "PGCOPY\n\xFF\r\n\0\0\0\0\0\0\0\0\0"s;
const std::string kEnd = "\xFF\xFF";
const std::string kRow = "\0\3\0\0\0\2ab\xFF\xFF\xFF\xFF\0\0\0\0"s;  // "ab", NULL, ""

TEST(CopyReader, ReadsTheHeaderWithTheFirstRowAndOneRowFromEachMessage) {
    CopyReader reader(3);
    const std::string first = kHeader + kRow;
    ASSERT_TRUE(reader.read(first));
    ASSERT_EQ(reader.values().size(), 3U);
    EXPECT_EQ(reader.values()[0], "ab"sv);
    EXPECT_FALSE(reader.values()[1]);
    EXPECT_EQ(reader.values()[2], ""sv);
    const std::string second = "\0\3\xFF\xFF\xFF\xFF\0\0\0\1x\0\0\0\1\0"s;
    ASSERT_TRUE(reader.read(second));
    EXPECT_FALSE(reader.values()[0]);
    EXPECT_EQ(reader.values()[1], "x"sv);
    EXPECT_EQ(reader.values()[2], "\0"sv);
    EXPECT_FALSE(reader.read(kEnd));
}

TEST(CopyReader, ReadsTheEndAlsoWhereThereAreNoRows) {
    EXPECT_FALSE(CopyReader(3).read(kHeader + kEnd));
    CopyReader reader(3);
    EXPECT_FALSE(reader.read(kHeader));
    EXPECT_TRUE(reader.read(kRow));
}

TEST(CopyReader, SkipsWhatTheHeaderHasMore) {
    EXPECT_TRUE(CopyReader(3).read("PGCOPY\n\xFF\r\n\0\0\0\0\1\0\0\0\3xyz"s + kRow));
}

TEST(CopyReader, RefusesWhatIsCut) {
    const std::string whole = kHeader + kRow;
    for (std::size_t size = 0; size < whole.size(); ++size) {
        if (size == kHeader.size()) continue;
        EXPECT_THROW(CopyReader(3).read(whole.substr(0, size)), std::runtime_error) << size;
    }
}

TEST(CopyReader, RefusesWhatIsNotItsFormat) {
    const auto refuses = [](std::size_t columns, const std::string& message) {
        EXPECT_THROW(CopyReader(columns).read(message), std::runtime_error);
    };
    refuses(3, kRow);
    refuses(3, kHeader + kRow + "x");
    refuses(3, kHeader + kEnd + "x");
    refuses(2, kHeader + kRow);
    refuses(4, kHeader + kRow);
    refuses(1, kHeader + "\xFF\xFE"s);
    refuses(1, kHeader + "\0\1\xFF\xFF\xFF\xFE"s);
    refuses(1, kHeader + "\0\1\x7F\xFF\xFF\xFFx"s);
    refuses(3, "PGCOPY\n\xFF\r\n\0\0\1\0\0\0\0\0\0"s + kRow);
    refuses(3, "PGCOPY\n\xFF\r\n\0\0\0\0\0\xFF\xFF\xFF\xFF"s + kRow);
}

}  // namespace
}  // namespace wdx::db
