#include "store/insight/data_quality.hpp"

#include "binary.hpp"
#include "store/make_row.hpp"

namespace wdx::store {
namespace {

std::vector<DataFinding> read(std::optional<std::string> count, std::string examples) {
    return read_data_quality(
        db::Rows(make_row({{"rows", kInt8, std::move(count)}, {"examples", kJson, std::move(examples)}})));
}

TEST(ReadDataQuality, TellsWhichCheckFoundHowManyRows) {
    const std::vector<DataFinding> findings = read(int8(3), "[1, 2, 3]");
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].check, &data_checks().front());
    EXPECT_EQ(findings[0].rows, 3);
    EXPECT_EQ(findings[0].examples_json, "[1, 2, 3]");
}

TEST(ReadDataQuality, LeavesOpenWhatTheSchemaCannotTell) {
    EXPECT_EQ(read(std::nullopt, "[]")[0].rows, std::nullopt);
}

TEST(ReadCheckedAccounts, ReadsAnAccountWithoutHandle) {
    const std::vector<CheckedAccount> accounts =
        read_checked_accounts(db::Rows(make_row({{"id", kInt8, int8(2)}, {"handle", kText, std::nullopt}})));
    ASSERT_EQ(accounts.size(), 1U);
    EXPECT_EQ(accounts[0].id, 2);
    EXPECT_EQ(accounts[0].handle, std::nullopt);
}

}  // namespace
}  // namespace wdx::store
