#include "store/journal/journal.hpp"

#include "base/json_writer.hpp"
#include "base/safe_text.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace wdx::store {
namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::size_t kLongestName = 150;  ///< characters, as auth_user has it
constexpr std::size_t kLongestAddress = 100;
constexpr std::size_t kLongestRequestId = 128;
constexpr std::size_t kLongestMessage = 1000;

// An entry whose time is given and that is there already is not written again: its first writing was committed, but the
// connection broke before the answer.  Times are unique within a process.
constexpr db::Query kInsertLogEntries{"insert_log_entries", R"sql(
    INSERT INTO watchdxg_log (time, level, event, operator, address, request_id, user_id, before, after, message)
    SELECT coalesce(e.time, now()), e.entry->>'level', e.entry->>'event',
           coalesce(e.entry->>'operator',
                    (SELECT u.username FROM auth_user AS u WHERE u.id = (e.entry->>'operator_id')::integer)),
           e.entry->>'address', e.entry->>'request_id', (e.entry->>'user_id')::bigint,
           e.entry->'before', e.entry->'after', e.entry->>'message'
      FROM (SELECT entry, number,
                   'epoch'::timestamptz + (entry->>'time')::bigint * interval '1 microsecond' AS time
              FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS given (entry, number)) AS e
     WHERE NOT EXISTS (SELECT
                         FROM watchdxg_log AS l
                        WHERE l.time = e.time
                          AND l.event = e.entry->>'event'
                          AND l.address IS NOT DISTINCT FROM e.entry->>'address'
                          AND l.request_id IS NOT DISTINCT FROM e.entry->>'request_id')
     ORDER BY e.number)sql"};

// The lock is this statement's: at the end of its transaction it is free again.  Its number is that of `wdx_logs`.  An
// array of ids, because a join of that many rows would be planned as a pass over the whole table.
constexpr db::Query kPruneLog{"prune_log", R"sql(
    WITH turn AS (
        SELECT pg_try_advisory_xact_lock(x'7764785f6c6f6773'::bigint) AS ours
    )
    DELETE FROM watchdxg_log
     WHERE id = ANY (ARRAY(SELECT l.id
                             FROM turn
                             JOIN watchdxg_log AS l ON turn.ours
                            WHERE l.time < now() - make_interval(secs => $1::double precision)
                            ORDER BY l.time
                            LIMIT $2::bigint)))sql"};

void append_member(std::string& out, std::string_view name, std::string_view foreign, std::size_t longest) {
    if (foreign.empty()) return;
    fmt::format_to(std::back_inserter(out), ",\"{}\":", name);
    base::append_json_string(out, base::safe_text(foreign, longest));
}

template <typename Number>
void append_member(std::string& out, std::string_view name, std::optional<Number> number) {
    if (number) fmt::format_to(std::back_inserter(out), ",\"{}\":{}", name, *number);
}

void append_json_member(std::string& out, std::string_view name, std::string_view json) {
    if (!json.empty()) fmt::format_to(std::back_inserter(out), ",\"{}\":{}", name, json);
}

EntryLevel level_of_flood(std::string_view kind) {
    if (kind == entry::kLogin) return EntryLevel::info;
    return kind == entry::kError || kind == entry::kDatabase ? EntryLevel::error : EntryLevel::warning;
}

}  // namespace

std::string_view name_of(EntryLevel level) {
    switch (level) {
        case EntryLevel::info:
            return "info";
        case EntryLevel::warning:
            return "warning";
        default:
            return "error";
    }
}

std::string render_entry(const JournalEntry& entry, std::optional<std::int64_t> microseconds) {
    std::string out = fmt::format(R"({{"level":"{}","event":"{}")", name_of(entry.level), entry.kind);
    append_member(out, "time", microseconds);
    append_member(out, "operator", entry.operator_name, kLongestName);
    append_member(out, "operator_id", entry.operator_id);
    append_member(out, "address", entry.address, kLongestAddress);
    append_member(out, "request_id", entry.request_id, kLongestRequestId);
    append_member(out, "user_id", entry.user_id);
    append_json_member(out, "before", entry.before);
    append_json_member(out, "after", entry.after);
    append_member(out, "message", entry.message, kLongestMessage);
    return out + '}';
}

Journal::Journal(const asio::any_io_executor& executor, db::Pool& pool)
    : pool_(pool), writing_(executor, [this] { return write(); }), patience_(executor) {}

void Journal::add(const JournalEntry& entry) noexcept {
    try {
        if (gate_.let_through(entry.kind, entry.address, steady_clock::now())) enqueue(entry);
    } catch (const std::exception&) {
        ++lost_;  // no memory
    }
}

void Journal::enqueue(const JournalEntry& entry) {
    if (queue_.size() >= kQueue) {
        ++lost_;
        return;
    }
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    last_time_ =
        std::max<std::int64_t>(last_time_ + 1, std::chrono::duration_cast<std::chrono::microseconds>(now).count());
    queue_.push_back(render_entry(entry, last_time_));
    if (queue_.size() == kBatch) writing_.wake();
}

void Journal::enqueue_summaries(const std::vector<FloodGate::Summary>& summaries) {
    for (const auto& [kind, address, count] : summaries)
        enqueue({.level = level_of_flood(kind),
                 .kind = kind,
                 .address = address,
                 .message = fmt::format("{} more of these within a minute{}", count,
                                        address.empty() ? ", from all addresses" : "")});
}

std::string Journal::render_batch(std::size_t count) const {
    std::string json;
    for (std::size_t i = 0; i < count; ++i) {
        json += i == 0 ? '[' : ',';
        json += queue_[i];
    }
    return json + ']';
}

/// Writes the oldest entries.
/// @return false when they have to wait
asio::awaitable<bool> Journal::write_batch() {
    const std::size_t count = std::min(queue_.size(), kBatch);
    db::Batch batch;
    batch.add(kInsertLogEntries, {render_batch(count)});
    std::optional<db::DbError> failure;
    try {
        co_await pool_.execute(batch, db::Work::write);
    } catch (const db::DbError& error) {
        failure = error;
    }
    const bool later = failure && (failure->is_unavailable() || failure->is_schema_mismatch());
    // Once, not every second; that the database is away has been said by the pool.
    if (failure && !failing_ && !failure->is_unavailable())
        spdlog::error("cannot write the entries of /api/logs/: {}", failure->what());
    failing_ = failure.has_value();
    if (later) co_return false;
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
    if (failure) lost_ += count;  // they would be refused again, and hold up all others
    co_return true;
}

void Journal::tell_lost() {
    if (failing_ || lost_ == lost_told_) return;
    enqueue({.level = EntryLevel::warning,
             .kind = entry::kEntriesLost,
             .message = fmt::format("{} entries were lost", lost_ - lost_told_)});
    lost_told_ = lost_;
}

asio::awaitable<std::chrono::milliseconds> Journal::write() {
    enqueue_summaries(gate_.close_windows(steady_clock::now()));
    if (queue_.empty()) co_return kInterval;
    const bool done = co_await write_batch();
    if (!done) co_return kInterval;
    tell_lost();
    co_return queue_.size() < kBatch ? kInterval : 0ms;
}

asio::awaitable<void> Journal::run() {
    running_ = true;
    co_await writing_.run();
    bool done = true;
    while (done && !queue_.empty()) {
        done = co_await write_batch();
        tell_lost();
    }
    running_ = false;
    patience_.cancel();
}

asio::awaitable<void> Journal::stop(std::chrono::milliseconds patience) {
    enqueue_summaries(gate_.close_all());
    writing_.stop();
    if (running_) {
        patience_.expires_after(patience);
        boost::system::error_code ended;
        co_await patience_.async_wait(asio::redirect_error(asio::use_awaitable, ended));
    }
    if (queue_.empty()) co_return;
    lost_ += queue_.size();
    spdlog::warn("entries of /api/logs/ that could not be written: {}", queue_.size());
}

asio::awaitable<std::int64_t> Journal::prune(std::chrono::seconds retention) {
    db::Batch batch;
    batch.add(kPruneLog, {static_cast<std::int64_t>(retention.count()), kPruneRows});
    co_await pool_.execute(batch, db::Work::write);
    co_return batch.rows(0).affected();
}

}  // namespace wdx::store
