#include "api/live/event_stream.hpp"

#include "base/unicode.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace wdx::api {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kPieceBytes = 64 * 1024;

WireEvent wire(std::int64_t id, std::string text) {
    return {.id = id, .text = std::make_shared<const std::string>(std::move(text))};
}

}  // namespace

WireEvent render_change(const store::Event& event) {
    return wire(event.id, fmt::format("event: change\nid: {}\ndata: {}\n\n", event.id, event.data));
}

WireEvent render_reset(std::int64_t last_id) {
    // Without data it would be no event.
    return wire(last_id, fmt::format("event: reset\nid: {}\ndata: {{}}\n\n", last_id));
}

WireEvent render_opening() {
    return wire(0, ": open\n");
}

WireEvent render_heartbeat() {
    return wire(0, ": heartbeat\n");
}

std::optional<std::int64_t> parse_event_id(std::string_view text) {
    const auto number = base::parse_python_int(text);
    if (!number || !number->in_range || number->value < 0) return std::nullopt;
    return number->value;
}

bool has_gap(const store::EventPage& page, std::int64_t after) noexcept {
    return after < page.pruned_id || after > page.last_id || page.last_id - after > kMostMissedEvents;
}

EventStream::EventStream(const asio::any_io_executor& executor, std::shared_ptr<EventStreams> streams, Bearer bearer)
    : streams_(std::move(streams)), bearer_(std::move(bearer)), wake_(executor, Clock::time_point::max()) {
    streams_->insert(this);
}

EventStream::~EventStream() {
    streams_->erase(this);
}

void EventStream::look_after(StreamWatch& watch) {
    ticket_ = watch.add(bearer_, StreamWatch::Clock::time_point::max(), [this] { end(); });
}

void EventStream::open(std::int64_t after, bool reset, const std::vector<store::Event>& missed) {
    const std::vector<WireEvent> pushed = std::exchange(queue_, {});
    queue_.push_back(render_opening());
    if (reset) queue_.push_back(render_reset(after));
    last_id_ = after;
    for (const store::Event& event : missed) push(render_change(event));
    for (const WireEvent& event : pushed) push(event);
}

asio::awaitable<void> EventStream::next(std::string& out) {
    if (queue_.empty()) std::string().swap(out);  // whose memory another piece may have needed
    while (queue_.empty() && !ended_) {
        boost::system::error_code woken;
        co_await wake_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
    auto taken = queue_.begin();
    for (; taken != queue_.end() && out.size() < kPieceBytes; ++taken) out += *taken->text;
    queue_.erase(queue_.begin(), taken);
    if (queue_.empty()) std::vector<WireEvent>().swap(queue_);
    sent_at_ = Clock::now();
}

void EventStream::cancel() {
    queue_.clear();
    end();
}

bool EventStream::push(const WireEvent& event) {
    if (event.id != 0 && event.id <= last_id_) return true;
    if (queue_.size() >= kQueue) {
        cancel();
        return false;
    }
    queue_.push_back(event);
    if (event.id != 0) last_id_ = event.id;
    wake_.cancel();
    return true;
}

void EventStream::reset(const WireEvent& event) {
    queue_.assign(1, event);
    last_id_ = event.id;
    wake_.cancel();
}

void EventStream::end() {
    ended_ = true;
    wake_.cancel();
}

}  // namespace wdx::api
