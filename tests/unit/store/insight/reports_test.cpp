#include "store/insight/reports.hpp"

#include "binary.hpp"
#include "store/make_row.hpp"

#include <gmock/gmock.h>

namespace wdx::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

db::Rows row(std::optional<std::string> report, std::int64_t bytes = 2) {
    const std::string there(1, report ? '\1' : '\0');
    return db::Rows(make_row({{"id", kInt8, int8(7)},
                              {"at", kText, "2026-11-28T12:00:00Z"},
                              {"there", kBool, there},
                              {"bytes", kInt8, int8(bytes)},
                              {"report", kJson, std::move(report)}}));
}

TEST(AppendReports, CompactsTheJsonAndKeepsItsDigits) {
    const db::Rows rows = row(R"({"a" : [1e+20, 0.10], "b" : "x  y"})");
    std::string json = "[";
    const std::vector<Stretch> users = append_reports(rows, json);
    EXPECT_EQ(read_report_time(rows), "2026-11-28T12:00:00Z");
    EXPECT_EQ(json, R"([{"a":[1e+20,0.10],"b":"x  y"})");
    ASSERT_THAT(users, SizeIs(1));
    EXPECT_EQ(json.substr(users[0].begin, users[0].size), json.substr(1));
}

TEST(ReadMissingUsers, NamesUsersWithoutAReport) {
    EXPECT_THAT(read_missing_users(row(std::nullopt)), ElementsAre(7));
    EXPECT_THAT(read_missing_users(row("{}")), IsEmpty());
}

TEST(ReadExcess, NamesWhomToLeaveOut) {
    EXPECT_FALSE(read_excess(row("{}", 100), 100));
    const auto excess = read_excess(row(std::nullopt, 100), 99);
    ASSERT_TRUE(excess);
    EXPECT_EQ(excess->bytes, 100);
    EXPECT_THAT(excess->largest, ElementsAre(7));
}

}  // namespace
}  // namespace wdx::store
