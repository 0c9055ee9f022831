#include "store/core/list_rows.hpp"

#include "store/make_row.hpp"

namespace wdx::store {
namespace {

using namespace std::string_literals;

db::Rows one_row() {
    return make_row({{"id", kInt4, "\0\0\0\7"s}, {"_1", kText, std::nullopt}, {"_2", kText, "7"}});
}

TEST(ReadListPage, HasThePositionsOfItsEnds) {
    const ListPage page = read_list_page(one_row(), 1, false, 2);
    EXPECT_EQ(page.rows, R"([{"id":7}])");
    EXPECT_FALSE(page.has_more);
    EXPECT_EQ(page.first, (model::Position{std::nullopt, "7"}));
    EXPECT_EQ(page.last, page.first);
}

TEST(ReadListPage, KeepsTheRowBeyondToItself) {
    const ListPage page = read_list_page(one_row(), 0, true, 2);
    EXPECT_EQ(page.rows, "[]");
    EXPECT_TRUE(page.has_more);
    EXPECT_FALSE(page.first || page.last);
}

TEST(ReadListCount, ReadsTheNumber) {
    EXPECT_EQ(read_list_count(make_row({{"count", kInt8, "\0\0\0\0\0\0\1\0"s}})), 256);
}

}  // namespace
}  // namespace wdx::store
