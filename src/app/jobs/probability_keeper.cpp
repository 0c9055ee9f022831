#include "app/jobs/probability_keeper.hpp"

#include "base/offload.hpp"
#include "insight/probability.hpp"
#include "store/insight/signals.hpp"

#include <algorithm>

#include <spdlog/spdlog.h>

namespace wdx::app {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr auto kTick = 5s;
constexpr int kRest = 20;  ///< a look is followed by a rest of so many times its length

}  // namespace

ProbabilityKeeper::ProbabilityKeeper(ProbabilityKeeperOptions options)
    : options_(std::move(options)), loop_(options_.executor, [this] { return step(); }) {}

asio::awaitable<std::chrono::milliseconds> ProbabilityKeeper::step() {
    if (!options_.is_up()) co_return kTick;
    const auto began = std::chrono::steady_clock::now();
    try {
        co_await look();
        if (failing_) spdlog::info("probabilities: they are learnt again");
        failing_ = false;
    } catch (const std::exception& error) {
        if (!failing_ && !loop_.is_stopping())
            spdlog::warn("probabilities: they could not be learnt: {}", error.what());
        failing_ = true;
    }
    const auto took = std::chrono::ceil<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
    co_return std::max<std::chrono::milliseconds>(kTick, kRest * took);
}

asio::awaitable<void> ProbabilityKeeper::look() {
    // Without the core's tables there is nothing to look at; they may come.
    if (!options_.schema.is_known() || !options_.schema.problem().empty()) co_return;
    const store::CoreViews views(options_.schema.schema(), options_.core_timezone);
    if (!views.has_classifications) co_return;
    const std::string signals = store::signals_sql(options_.weights, store::Ranks::few);
    for (const store::OutdatedProbability& account : co_await options_.probabilities.list_outdated(views, signals)) {
        const auto users = co_await options_.probabilities.find_sampled(views, signals, account.account);
        const auto fit = [&users] { return insight::fit_probability(users); };
        const insight::FittedProbability fitted = co_await base::offload(options_.workers, fit);
        co_await options_.probabilities.save(account, fitted.model);
        if (loop_.is_stopping()) co_return;
    }
}

}  // namespace wdx::app
