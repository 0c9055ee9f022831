#include "app/jobs/history_keeper.hpp"

#include "base/json_value.hpp"
#include "insight/audience.hpp"
#include "insight/estimate_json.hpp"

#include <algorithm>

#include <boost/json/object.hpp>
#include <spdlog/spdlog.h>

namespace wdx::app {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr auto kTick = 1s;
constexpr int kRest = 5;  ///< times the length of a snapshot that failed
constexpr auto kLongestRest = 2h;
constexpr int kPruneSteps = 200;  ///< a million users at a time

std::chrono::sys_days today_in_utc() {
    return std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
}

/// @return nullopt when nothing could be estimated
std::optional<std::string> text_of(const insight::Audience& audience) {
    if (!audience.reason.empty()) return std::nullopt;
    return base::json_text({{"harmful", insight::estimate_json(audience.harmful)},
                            {"inactive", insight::estimate_json(audience.inactive)},
                            {"effective", insight::estimate_json(audience.effective)},
                            {"reach", insight::estimate_json(audience.reach)},
                            {"n", audience.n}});
}

}  // namespace

bool SnapshotSchedule::is_due(Clock::time_point now, std::chrono::sys_days today, std::int64_t last_event) const {
    if (begun_at_ && now - *begun_at_ < interval_) return false;
    if (failed_at_ && now - *failed_at_ < rest_) return false;
    return day_ != today || last_event_ != last_event;
}

void SnapshotSchedule::finish(std::chrono::sys_days today, std::int64_t last_event) {
    day_ = today;
    last_event_ = last_event;
    failed_at_.reset();
}

void SnapshotSchedule::fail(Clock::time_point now) {
    const Clock::duration first = std::max<Clock::duration>(2 * interval_, kRest * (now - *begun_at_));
    const Clock::duration longest = std::max<Clock::duration>(interval_, kLongestRest);
    rest_ = std::min(failed_at_ ? std::max(first, 2 * rest_) : first, longest);
    failed_at_ = now;
}

HistoryKeeper::HistoryKeeper(HistoryKeeperOptions options)
    : options_(std::move(options)), schedule_(options_.interval), loop_(options_.executor, [this] { return step(); }) {}

asio::awaitable<std::chrono::milliseconds> HistoryKeeper::step() {
    if (!options_.is_up()) co_return kTick;
    try {
        co_await observe();
        if (!is_estimated_ && options_.are_scores_known()) co_await estimate();
    } catch (const std::exception& error) {
        if (!failing_ && !loop_.is_stopping()) spdlog::warn("history: it could not be kept: {}", error.what());
        failing_ = true;
    }
    co_return kTick;
}

asio::awaitable<void> HistoryKeeper::observe() {
    const auto now = SnapshotSchedule::Clock::now();
    const std::chrono::sys_days today = today_in_utc();
    const std::int64_t last_event = options_.last_event();
    if (!schedule_.is_due(now, today, last_event)) co_return;
    // Without the core's tables there is nothing to look at; they may come.
    if (!options_.schema.is_known() || !options_.schema.problem().empty()) co_return;
    schedule_.begin(now);
    const store::CoreViews views(options_.schema.schema(), options_.core_timezone);
    try {
        // Another process is at it, and may end before it has taken it: it is due again after the interval.
        if (!co_await options_.history.observe(views)) co_return;
    } catch (...) {
        schedule_.fail(SnapshotSchedule::Clock::now());
        throw;
    }
    is_estimated_ = !views.has_classifications;
    schedule_.finish(today, last_event);
    if (failing_) spdlog::info("history: it is kept again");
    failing_ = false;
    std::int64_t pruned = store::HistoryStore::kPruneRows;
    for (int i = 0; i < kPruneSteps && pruned == store::HistoryStore::kPruneRows; ++i)
        pruned = co_await options_.history.prune(options_.retention);
}

asio::awaitable<void> HistoryKeeper::estimate() {
    is_estimated_ = true;  // a failure waits for the next snapshot
    const store::CoreViews views(options_.schema.schema(), options_.core_timezone);
    for (const std::int64_t account : co_await options_.history.list_observed_accounts()) {
        const auto audience = insight::estimate_audience(co_await options_.history.find_followers(views, account));
        co_await options_.history.save_audience(account, text_of(audience));
    }
}

}  // namespace wdx::app
