#include "store/journal/journal.hpp"

#include "base/json_reader.hpp"

#include <string>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace wdx::store {
namespace {

using namespace std::string_literals;

std::string member(const JournalEntry& entry, std::string_view name) {
    const std::string text = render_entry(entry, std::nullopt);
    const auto json = base::read_json(text);
    if (!std::holds_alternative<base::JsonValue>(json)) return "no JSON: " + text;
    const base::JsonValue* found = std::get<base::JsonValue>(json).find(name);
    return found == nullptr ? "(none)" : found->string;
}

TEST(RenderEntry, LeavesOutWhatIsEmpty) {
    EXPECT_EQ(render_entry({.kind = entry::kStop}, std::nullopt), R"({"level":"info","event":"stop"})");
}

TEST(RenderEntry, WritesEveryMember) {
    EXPECT_EQ(render_entry({.level = EntryLevel::error,
                            .kind = entry::kError,
                            .operator_name = "me",
                            .operator_id = 3,
                            .address = "::1",
                            .request_id = "r",
                            .user_id = 9007199254740993,
                            .before = "null",
                            .after = R"({"a":[1]})",
                            .message = "m"},
                           1),
              R"({"level":"error","event":"error","time":1,"operator":"me","operator_id":3,"address":"::1",)"
              R"("request_id":"r","user_id":9007199254740993,"before":null,"after":{"a":[1]},"message":"m"})");
}

TEST(RenderEntry, MakesForeignTextSafe) {
    const std::string hostile = "a\"\\\n\0\x1b\xFF\u2028"s;
    for (const std::string_view name : {"operator", "address", "request_id", "message"}) {
        const JournalEntry entry{.kind = entry::kLogin,
                                 .operator_name = hostile,
                                 .address = hostile,
                                 .request_id = hostile,
                                 .message = hostile};
        EXPECT_EQ(member(entry, name), "a\"\\\\x0a\\x00\\x1b\uFFFD\u2028") << name;
    }
}

TEST(RenderEntry, CutsLongText) {
    std::string kana;
    for (int i = 0; i < 2000; ++i) kana += "\u3042";
    const JournalEntry entry{
        .kind = entry::kLogin, .operator_name = kana, .address = kana, .request_id = kana, .message = kana};
    EXPECT_EQ(member(entry, "operator").size(), 150U * 3);
    EXPECT_EQ(member(entry, "address").size(), 100U * 3);
    EXPECT_EQ(member(entry, "request_id").size(), 128U * 3);
    EXPECT_EQ(member(entry, "message").size(), 1000U * 3);
}

TEST(Journal, KeepsNoMoreEntriesThanTheQueueHolds) {
    boost::asio::io_context context;
    boost::asio::thread_pool threads(1);
    db::Pool pool(context.get_executor(), threads, threads, {});  // never started: the database is away
    Journal log(context.get_executor(), pool);
    constexpr std::size_t kTooMany = Journal::kQueue + 500;
    std::size_t added = 0;
    for (int event = 0; added < kTooMany; ++event) {
        const std::string name = "event" + std::to_string(event);
        for (std::uint64_t i = 0; i < FloodGate::kPerKind && added < kTooMany; ++i, ++added)
            log.add({.kind = name, .address = std::to_string(i)});
    }
    EXPECT_EQ(log.lost(), kTooMany - Journal::kQueue);
    threads.join();
}

}  // namespace
}  // namespace wdx::store
