#include "store/insight/triage.hpp"

#include "binary.hpp"
#include "store/make_row.hpp"

namespace wdx::store {
namespace {

TEST(ReadTriage, KeepsTheSignalsThatContribute) {
    std::vector<Value> values{{"id", kInt8, int8(7)},
                              {"user", kJson, R"({"id" : 7})"},
                              {"same_person", kJson, "[8]"},
                              {"risk", kFloat8, float8(0.75)},
                              {"rank", kFloat8, float8(0.9)},
                              {"gain", kFloat8, float8(0.5)},
                              {"following", kFloat8, float8(10)},
                              {"followers", kFloat8, std::nullopt}};
    const auto add = [&](std::optional<std::string> value, double contribution) {
        values.push_back({"v", kFloat8, std::move(value)});
        values.push_back({"c", kFloat8, float8(contribution)});
    };
    add(float8(60), 1.25);
    add(float8(10), 0);    // does not fire
    add(std::nullopt, 0);  // an input is missing
    for (std::size_t i = 3; i + 1 < model::all_signals().size(); ++i) add(float8(1), 0);
    add(float8(1), -0.5);

    const std::vector<TriageRow> rows = read_triage(db::Rows(make_row(std::move(values))));
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].user_json, R"({"id" : 7})");
    EXPECT_EQ(rows[0].risk, 0.75);
    EXPECT_EQ(rows[0].user_id, 7);
    EXPECT_EQ(rows[0].same_person_json, "[8]");
    EXPECT_EQ(rows[0].rank, 0.9);
    EXPECT_EQ(rows[0].gain, 0.5);
    EXPECT_EQ(rows[0].explanation.following, 10);
    EXPECT_FALSE(rows[0].explanation.followers);
    ASSERT_EQ(rows[0].explanation.findings.size(), 2U);
    EXPECT_EQ(rows[0].explanation.findings[0].signal, &model::all_signals().front());
    EXPECT_EQ(rows[0].explanation.findings[0].value, 60);
    EXPECT_EQ(rows[0].explanation.findings[0].contribution, 1.25);
    EXPECT_EQ(rows[0].explanation.findings[1].signal, &model::all_signals().back());
    EXPECT_EQ(rows[0].explanation.findings[1].contribution, -0.5);
}

}  // namespace
}  // namespace wdx::store
