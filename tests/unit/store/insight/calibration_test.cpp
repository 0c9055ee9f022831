#include "store/insight/calibration.hpp"

#include "binary.hpp"
#include "store/make_row.hpp"

namespace wdx::store {
namespace {

/// A user whose first signal has the strength 0.5 and whose others are missing.
std::vector<Value> label(std::optional<std::string> handle, std::optional<std::string> risk) {
    std::vector<Value> values{
        {"id", kInt8, int8(7)},           {"handle", kText, std::move(handle)}, {"harmful", kBool, boolean(true)},
        {"labels", kInt8, int8(60000)},   {"risk", kFloat8, std::move(risk)},   {"rank", kFloat8, float8(0.75)},
        {"sampled", kBool, boolean(true)}};
    for (std::size_t i = 0; i < model::all_signals().size(); ++i)
        values.push_back({"s", kFloat8, i == 0 ? std::optional(float8(0.5)) : std::nullopt});
    return values;
}

TEST(ReadLabels, ReadsAUserWithEveryStrength) {
    const Labels labels = read_labels(db::Rows(make_row(label("a", float8(0.25)))));
    EXPECT_EQ(labels.total, 60000);
    ASSERT_EQ(labels.users.size(), 1U);
    const model::Labelled& user = labels.users.front();
    EXPECT_EQ(user.id, 7);
    EXPECT_EQ(user.handle, "a");
    EXPECT_TRUE(user.harmful);
    EXPECT_EQ(user.risk, 0.25);
    EXPECT_EQ(user.rank, 0.75);
    EXPECT_TRUE(user.sampled);
    ASSERT_EQ(user.strengths.size(), model::all_signals().size());
    EXPECT_EQ(user.strengths.front(), 0.5);
    EXPECT_EQ(user.strengths.back(), std::nullopt);
}

TEST(ReadLabels, LeavesOpenWhatIsNull) {
    const Labels labels = read_labels(db::Rows(make_row(label(std::nullopt, std::nullopt))));
    EXPECT_EQ(labels.users.front().handle, std::nullopt);
    EXPECT_EQ(labels.users.front().risk, std::nullopt);
}

TEST(ReadLabels, CountsNoVerdictsWithoutRows) {
    const Labels labels = read_labels(db::Rows(make_row(label("a", std::nullopt), false)));
    EXPECT_EQ(labels.total, 0);
    EXPECT_TRUE(labels.users.empty());
}

}  // namespace
}  // namespace wdx::store
