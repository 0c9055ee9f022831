#include "api/live/event_hub.hpp"
#include "api/live/routes.hpp"
#include "api/request/context.hpp"
#include "rest/error.hpp"
#include "store/journal/change_feed.hpp"

namespace wdx::api {
namespace {

namespace asio = boost::asio;

/// What a client has missed is kept for it alone: of more than this it is told to reload everything.
constexpr std::size_t kMostMissedBytes = std::size_t{128} * 1024;

std::size_t bytes_of(const store::EventPage& page) {
    std::size_t bytes = 0;
    for (const store::Event& event : page.events) bytes += event.data.size();
    return bytes;
}

/// The last event that the client has seen; empty when it says none.  The parameter is for libraries that cannot send
/// the header at first; they send the header when they come back, and then it knows more.
std::string resume_id(const Context& context) {
    std::string header(context.request().header("Last-Event-ID"));
    if (!header.empty()) return header;
    const std::string* parameter = context.query().last("lastEventId");
    return parameter == nullptr ? std::string{} : *parameter;
}

/// @param newest  id of the newest event at the start, for a client that has seen none when it comes back
http::Response respond(std::unique_ptr<EventStream> stream, std::int64_t newest) {
    http::Response response;
    response.set("X-Last-Event-ID", std::to_string(newest));
    response.set("Content-Type", "text/event-stream");
    response.set("X-Accel-Buffering", "no");  // nginx would hold events back until it has a few kilobytes
    response.stream = std::move(stream);
    return response;
}

/// GET /api/events/ -> 200, a stream of server-sent events that ends with its token, the session or the program.
asio::awaitable<http::Response> stream_events(Context& context) {
    EventHub& hub = context.services().event_hub;
    // Before the table is read: what comes in between is queued, and no event falls into a gap.
    std::unique_ptr<EventStream> stream = hub.subscribe(context.bearer());
    const std::string resume = resume_id(context);
    if (resume.empty()) {
        const std::int64_t last_id = hub.last_id();
        co_await context.require_access();
        stream->open(last_id, false, {});
        co_return respond(std::move(stream), last_id);
    }
    const std::optional<std::int64_t> after = parse_event_id(resume);
    db::Batch batch;
    const std::size_t index = store::ChangeFeed::add_list(batch, after.value_or(0), after ? kMostMissedEvents : 0);
    co_await context.read(batch);
    const store::EventPage page = store::ChangeFeed::read_page(batch.rows(index));
    if (!after || has_gap(page, *after) || bytes_of(page) > kMostMissedBytes) {
        stream->open(page.last_id, true, {});
    } else {
        stream->open(*after, false, page.events);
    }
    co_return respond(std::move(stream), page.last_id);
}

}  // namespace

std::span<const Route> event_routes() {
    static constexpr std::array kRoutes{
        Route{.verb = Verb::get,
              .pattern = "/api/events/",
              .handler = &stream_events,
              .work = WorkClass::streams,
              .formats = rest::Formats::event_stream,
              .view = "Event Stream",
              .id = "listenToEvents",
              .tag = "events",
              .summary = "Stream changes as server-sent events",
              .help =
                  "Sends an event whenever the core's tables change, whoever changed them. The data of `event: change` "
                  "is a `Change`; `event: reset` says that you were away for too long and must reload everything. "
                  "A comment comes every 15 seconds. `X-Last-Event-ID` is the newest id at the start: resume from it "
                  "when no "
                  "event has come yet.",
              .answer = "EventStream",
              .parameters = {"LastEventId", "LastEventIdParameter"},
              .headers = {"X-Last-Event-ID"},
              .media = "text/event-stream"},
    };
    return kRoutes;
}

}  // namespace wdx::api
