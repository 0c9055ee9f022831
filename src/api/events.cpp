#include "store/events.hpp"

#include "api/event_hub.hpp"
#include "api/routes.hpp"
#include "rest/error.hpp"

namespace wdx::api {
namespace {

namespace asio = boost::asio;

/// What a client has missed is kept for it alone: of more than this it is told to load everything anew.
constexpr std::size_t kMostMissedBytes = std::size_t{128} * 1024;

std::size_t bytes_of(const store::EventPage& page) {
    std::size_t bytes = 0;
    for (const store::Event& event : page.events) bytes += event.data.size();
    return bytes;
}

http::Response respond(std::unique_ptr<EventStream> stream) {
    http::Response response;
    response.set("Content-Type", "text/event-stream");
    response.set("X-Accel-Buffering", "no");  // nginx would hold events back until it has a few kilobytes
    response.stream = std::move(stream);
    return response;
}

}  // namespace

/// GET /api/events/ -> 200, a stream of server-sent events that ends with its token, the session or the program.
asio::awaitable<http::Response> stream_events(Context& context) {
    EventHub& hub = context.services().event_hub;
    // Before the table is read: what comes in between is queued, and no event falls into a gap.
    std::unique_ptr<EventStream> stream = hub.subscribe(context.bearer());
    const std::string resume = context.request().header("Last-Event-ID");
    if (resume.empty()) {
        const std::int64_t last_id = hub.last_id();
        co_await context.require_access();
        stream->open(last_id, false, {});
        co_return respond(std::move(stream));
    }
    const std::optional<std::int64_t> after = parse_event_id(resume);
    db::Batch batch;
    const std::size_t index = store::EventStore::add_list(batch, after.value_or(0), after ? kMostMissedEvents : 0);
    co_await context.read(batch);
    const store::EventPage page = store::EventStore::read_page(batch.rows(index));
    if (!after || has_gap(page, *after) || bytes_of(page) > kMostMissedBytes) {
        stream->open(page.last_id, true, {});
    } else {
        stream->open(*after, false, page.events);
    }
    co_return respond(std::move(stream));
}

}  // namespace wdx::api
