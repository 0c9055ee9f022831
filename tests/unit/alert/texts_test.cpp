#include "alert/texts.hpp"

#include "base/json_value.hpp"

#include <gtest/gtest.h>

namespace wdx::alert {
namespace {

using namespace std::chrono_literals;

const Account kAccount{1, "synka777"};
constexpr std::chrono::sys_days kDay{std::chrono::year{2026} / 11 / 24};

TEST(SayNewWaves, DescribesOne) {
    const Said said = say_new_waves(kAccount, {{"1-t202405-a", "template", "2024-05", 34, 0.31}});
    EXPECT_EQ(said.text,
              "A new wave at @synka777: 34 users who joined in 2024-05 with handles of one pattern (0.3 expected by "
              "chance).");
    EXPECT_EQ(base::json_text(said.data),
              R"({"account_id":1,"handle":"synka777","waves":[{"id":"1-t202405-a","kind":"template",)"
              R"("month":"2024-05","size":34,"expected":0.31}]})");
}

TEST(SayNewWaves, SumsUpSeveral) {
    const Said said =
        say_new_waves(kAccount, {{"a", "bio", "2024-05", 1200, 2}, {"b", "template", "2023-01", 10, 0.5}});
    EXPECT_EQ(said.text,
              "2 new waves at @synka777, 1,210 users in all; the largest: 1,200 users who joined in 2024-05 with the "
              "same bio (2 expected by chance).");
}

TEST(SayHarmfulRise, SaysBothShares) {
    EXPECT_EQ(say_harmful_rise(kAccount, {kDay, 0.1, 0.155}).text,
              "Of the judged users of @synka777, 15.5 % are harmful; on 2026-11-24 it was 10 %.");
}

TEST(SayFollowersDrop, SaysHowMany) {
    EXPECT_EQ(say_followers_drop(kAccount, {kDay, 2000, 1880}).text,
              "@synka777 has 120 followers fewer than on 2026-11-24: 1,880 instead of 2,000, 6 % less.");
    EXPECT_EQ(say_followers_drop({2, ""}, {kDay, 10, 9}).text,
              "an account without a handle has 1 follower fewer than on 2026-11-24: 9 instead of 10, 10 % less.");
}

TEST(SayCoreSilent, CountsWholeDays) {
    const Said said = say_core_silent(kDay, kDay + 3 * 24h + 5h);
    EXPECT_EQ(said.text, "watchdxg-core has read no user for 3 days; the last one on 2026-11-24.");
    EXPECT_EQ(base::json_text(said.data), R"({"last_scrape_at":"2026-11-24T00:00:00Z","days":3})");
}

TEST(SayFaultyRows, NamesTheAccountWhereThereIsOne) {
    EXPECT_EQ(say_faulty_rows(kAccount, "x", "Faulty", 12, 1).text, "Faulty, at @synka777: 1 new row, 12 in all.");
    EXPECT_EQ(say_faulty_rows({}, "x", "Faulty", 12, 2).text, "Faulty: 2 new rows, 12 in all.");
}

TEST(SayQueueStuck, SaysSinceWhen) {
    EXPECT_EQ(say_queue_stuck({kAccount, "block", 3, kDay}, kDay + 30h).text,
              "3 planned actions (block) of @synka777 wait for a worker, the oldest for 30 hours, and no worker takes "
              "any.");
    EXPECT_EQ(base::json_text(say_queue_stuck({{-1, ""}, "block", 1, kDay}, kDay).data),
              R"({"action_type":"block","waiting":1,"oldest_at":"2026-11-24T00:00:00Z"})");
}

TEST(SayRefreshReuse, DoesWithoutWhatTheLogDoesNotKnow) {
    EXPECT_EQ(
        say_refresh_reuse({"", "", "t", ""}).text,
        "A refresh token of an operator was shown again after its use: somebody may have a copy. End the sessions "
        "that you do not know.");
}

}  // namespace
}  // namespace wdx::alert
