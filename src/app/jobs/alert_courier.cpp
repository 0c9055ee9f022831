#include "app/jobs/alert_courier.hpp"

#include <random>
#include <utility>

#include <spdlog/spdlog.h>

namespace wdx::app {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr auto kTick = 2s;

/// Beyond the timeout of an attempt, for what stands around it: an attempt that takes longer is lost.
constexpr auto kLeaseMargin = 20s;

double random_part() {
    // Jitter is no secret.
    static thread_local std::minstd_rand generator{std::random_device{}()};
    return std::uniform_real_distribution<>(0, 1)(generator);
}

}  // namespace

AlertCourier::AlertCourier(AlertCourierOptions options)
    : options_(std::move(options)), loop_(options_.executor, [this] { return step(); }) {}

asio::awaitable<std::chrono::milliseconds> AlertCourier::step() {
    if (!options_.is_up()) co_return kTick;
    try {
        const bool is_more = co_await deliver();
        if (failing_) spdlog::info("alerts: deliveries to {} go on", options_.channel);
        failing_ = false;
        co_return is_more ? 0ms : kTick;
    } catch (const std::exception& error) {
        if (!failing_ && !loop_.is_stopping())
            spdlog::warn("alerts: deliveries to {} have stopped: {}", options_.channel, error.what());
        failing_ = true;
    }
    co_return kTick;
}

/// @return false when nothing is due
asio::awaitable<bool> AlertCourier::deliver() {
    // What was confirmed is not sent again only because the database was away when it was to be written down.
    co_await settle();
    auto claimed =
        co_await options_.alerts.claim(options_.channel, options_.timeout + kLeaseMargin, options_.backoff.most);
    if (!claimed) co_return false;
    std::string error = co_await options_.sender.send(options_.channel, claimed->message);
    note(*claimed, error);
    std::optional<std::chrono::milliseconds> pause;
    if (!error.empty()) pause = alert::pause_after(options_.backoff, static_cast<int>(claimed->attempt), random_part());
    outcome_ = Outcome{*std::move(claimed), std::move(error), pause};
    co_await settle();
    co_return true;
}

asio::awaitable<void> AlertCourier::settle() {
    if (!outcome_) co_return;
    co_await options_.alerts.settle(outcome_->claimed, options_.channel, outcome_->error, outcome_->pause);
    outcome_.reset();
}

/// The journal hears of the first failure of an alert and of its delivery; the program's log of each attempt.
void AlertCourier::note(const store::ClaimedAlert& claimed, const std::string& error) {
    const std::int64_t id = claimed.message.id;
    if (error.empty()) {
        ++delivered_;
        spdlog::info("alert {}: {} has it", id, options_.channel);
        options_.journal.add(
            {.kind = store::entry::kAlertDelivered, .message = fmt::format("alert {} to {}", id, options_.channel)});
        return;
    }
    ++failed_;
    spdlog::warn("alert {}: attempt {} at {} failed: {}", id, claimed.attempt, options_.channel, error);
    if (claimed.attempt == 1)
        options_.journal.add(
            {.level = store::EntryLevel::error,
             .kind = store::entry::kAlertFailed,
             .message = fmt::format("alert {} to {}: {}; it is tried again", id, options_.channel, error)});
}

}  // namespace wdx::app
