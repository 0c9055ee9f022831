#include "api/live/event_stream.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace wdx::api {
namespace {

store::Event event(std::int64_t id) {
    return {.id = id, .data = "{}"};
}

std::string text(std::int64_t id) {
    return *render_change(event(id)).text;
}

boost::asio::awaitable<void> read_into(EventStream& stream, std::optional<std::string>& piece) {
    std::string out;
    co_await stream.next(out);
    piece = std::move(out);
}

class EventStreamTest : public testing::Test {
  protected:
    /// @return what the stream gives next, nullopt when it waits
    std::optional<std::string> next() {
        std::optional<std::string> piece;
        boost::asio::co_spawn(context_, read_into(*stream_, piece), boost::asio::detached);
        context_.restart();
        context_.poll();
        if (piece) return piece;
        cancel();
        return std::nullopt;
    }
    void cancel() {
        stream_->cancel();
        context_.poll();
    }

    boost::asio::io_context context_;
    std::shared_ptr<EventStreams> streams_ = std::make_shared<EventStreams>();
    std::unique_ptr<EventStream> stream_ = std::make_unique<EventStream>(context_.get_executor(), streams_, Bearer{});
};

TEST_F(EventStreamTest, BeginsWithACommentAlone) {
    stream_->open(7, false, {});
    EXPECT_EQ(next(), ": open\n");
    EXPECT_EQ(next(), std::nullopt);
}

TEST_F(EventStreamTest, GivesWhatWasMissedThenWhatCameMeanwhileEachOnce) {
    stream_->push(render_change(event(9)));
    stream_->push(render_change(event(10)));
    stream_->open(7, false, {event(8), event(9)});
    stream_->push(render_change(event(11)));
    EXPECT_EQ(next(), ": open\n" + text(8) + text(9) + text(10) + text(11));
    stream_->push(render_change(event(11)));
    stream_->push(render_change(event(12)));
    EXPECT_EQ(next(), text(12));
}

TEST_F(EventStreamTest, TellsWhoCannotResumeToLoadEverythingAnew) {
    stream_->push(render_change(event(20)));
    stream_->push(render_change(event(21)));
    stream_->open(20, true, {});
    EXPECT_EQ(next(), ": open\nevent: reset\nid: 20\ndata: {}\n\n" + text(21));
}

TEST_F(EventStreamTest, AResetReplacesWhatIsQueuedAlsoWithALowerId) {
    stream_->open(7, false, {event(8)});
    stream_->reset(render_reset(3));
    stream_->push(render_change(event(4)));
    EXPECT_EQ(next(), *render_reset(3).text + text(4));
}

TEST_F(EventStreamTest, WakesWhoWaits) {
    stream_->open(0, false, {});
    next();
    std::optional<std::string> piece;
    boost::asio::co_spawn(context_, read_into(*stream_, piece), boost::asio::detached);
    context_.restart();
    context_.poll();
    ASSERT_FALSE(piece);
    stream_->push(render_change(event(1)));
    context_.poll();
    EXPECT_EQ(piece, text(1));
}

TEST_F(EventStreamTest, EndsAfterWhatIsQueued) {
    stream_->open(7, false, {event(8)});
    stream_->end();
    EXPECT_EQ(next(), ": open\n" + text(8));
    EXPECT_EQ(next(), "");
}

TEST_F(EventStreamTest, DropsWhoIsTooFarBehind) {
    stream_->open(0, false, {});
    std::int64_t id = 0;
    while (stream_->push(render_change(event(id + 1)))) ++id;
    EXPECT_EQ(id, static_cast<std::int64_t>(EventStream::kQueue) - 1);  // the opening is queued, too
    EXPECT_EQ(next(), "");
}

TEST_F(EventStreamTest, ComesInPiecesOfBoundedSize) {
    stream_->open(0, false, {});
    next();
    const std::string data(10'000, 'x');
    for (int id = 1; id <= 20; ++id) stream_->push(render_change({.id = id, .data = data}));
    EXPECT_LT(next()->size(), 80'000U);
    EXPECT_TRUE(next());
}

TEST_F(EventStreamTest, IsSilentOnlyWhileNothingIsQueued) {
    const auto later = EventStream::Clock::now() + std::chrono::hours(1);
    stream_->open(0, false, {});
    EXPECT_FALSE(stream_->is_silent_since(later));
    next();
    EXPECT_TRUE(stream_->is_silent_since(later));
    EXPECT_FALSE(stream_->is_silent_since(EventStream::Clock::now() - std::chrono::hours(1)));
}

TEST_F(EventStreamTest, IsOneOfTheStreamsAsLongAsItIsThere) {
    EXPECT_EQ(streams_->size(), 1U);
    stream_.reset();
    EXPECT_TRUE(streams_->empty());
}

TEST(RenderChange, IsAServerSentEvent) {
    EXPECT_EQ(*render_change({.id = 5, .data = R"({"table":"posts"})"}).text,
              "event: change\nid: 5\ndata: {\"table\":\"posts\"}\n\n");
}

TEST(ParseEventId, TakesWholeNumbers) {
    EXPECT_EQ(parse_event_id("0"), 0);
    EXPECT_EQ(parse_event_id("9223372036854775807"), 9223372036854775807);
    for (const std::string_view text : {"", "x", "-1", "1.5", "9223372036854775808", "12a"})
        EXPECT_EQ(parse_event_id(text), std::nullopt) << text;
}

TEST(HasGap, TellsWhenEventsAreGoneOrTooMany) {
    const store::EventPage page{.last_id = 1000, .pruned_id = 100, .events = {}};
    EXPECT_TRUE(has_gap(page, 99));
    EXPECT_TRUE(has_gap(page, 1001));
    EXPECT_TRUE(has_gap(page, 1000 - kMostMissedEvents - 1));
    EXPECT_FALSE(has_gap(page, 1000 - kMostMissedEvents));
    EXPECT_FALSE(has_gap(page, 1000));
}

TEST(HasGap, KnowsAnEmptyTable) {
    EXPECT_FALSE(has_gap({.last_id = 0, .pruned_id = 0, .events = {}}, 0));
    EXPECT_FALSE(has_gap({.last_id = 9, .pruned_id = 9, .events = {}}, 9));
}

}  // namespace
}  // namespace wdx::api
