#include "app/jobs/signal_keeper.hpp"

#include "base/digest.hpp"
#include "base/offload.hpp"
#include "base/random.hpp"
#include "insight/keeping.hpp"
#include "insight/likeness.hpp"
#include "insight/score.hpp"

#include <algorithm>
#include <iterator>
#include <thread>
#include <utility>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace wdx::app {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using model::KeptSignals;
using model::Namesake;
using model::Source;
using model::WaveChange;

constexpr auto kTick = 500ms;
constexpr auto kRenewal = 5s;               ///< a turn lasts four times as long
constexpr auto kUncounted = 5s;             ///< after that long, changes that were not counted are looked for
constexpr int kRest = 1;                    ///< a look is followed by a rest of so many times its length
constexpr std::size_t kBatch = 100;         ///< users in a write: few, for they are read on the event loop
constexpr std::int64_t kFirstSteps = 1000;  ///< users in a look after which ranks are counted for the first time
constexpr std::int64_t kMostTransactions = 1'000'000'000;  ///< half of what can be told apart, and less

std::int64_t wave_of(const auto& waves, const KeptSignals& user) {
    std::int64_t size = 0;
    const auto look = [&](const char* kind, const std::optional<std::int64_t>& key) {
        if (!key || !user.month) return;
        const auto found = waves.find({user.account, kind, *user.month, *key});
        if (found != waves.end()) size = std::max(size, found->second);
    };
    look("template", user.template_key);
    look("bio", user.bio_key);
    return size;
}

}  // namespace

bool LookSchedule::is_still(const Signs& signs) const {
    return seen_ && is_settled_ && signs.is_of_today && signs.next_transaction == seen_->next_transaction;
}

bool LookSchedule::is_due(Clock::time_point now, const Signs& signs) const {
    if (is_still(signs) || now - ended_ < kRest * took_) return false;
    return !seen_ || signs.changes != seen_->changes || now - ended_ >= kUncounted;
}

void LookSchedule::finish(Clock::time_point began, Clock::time_point now, const Signs& signs, bool settled) {
    ended_ = now;
    took_ = seen_ ? now - began : Clock::duration{};
    seen_ = signs;
    is_settled_ = settled;
}

void LookSchedule::fail(Clock::time_point began, Clock::time_point now) {
    ended_ = now;
    took_ = now - began;
}

SignalKeeper::SignalKeeper(SignalKeeperOptions options)
    : options_(std::move(options)),
      holder_(base::random_hex(16)),
      weights_(insight::weights_of(options_.weights)),
      loop_(options_.executor, [this] { return step(); }),
      renewal_(options_.executor, [this] { return renew(); }) {}

void SignalKeeper::stop() {
    options_.signals.stop();
    loop_.stop();
    renewal_.stop();
}

asio::awaitable<std::chrono::milliseconds> SignalKeeper::step() {
    if (!options_.is_up()) co_return kTick;
    const auto began = LookSchedule::Clock::now();
    try {
        co_await look();
        if (failing_) spdlog::info("signals: they are kept again");
        failing_ = false;
    } catch (const std::exception& error) {
        if (!failing_ && !loop_.is_stopping()) spdlog::warn("signals: they could not be kept: {}", error.what());
        failing_ = true;
        schedule_.fail(began, LookSchedule::Clock::now());
    }
    co_return kTick;
}

asio::awaitable<std::chrono::milliseconds> SignalKeeper::renew() {
    const std::shared_ptr<Turn> turn = turn_;
    if (!turn) co_return kRenewal;
    try {
        turn->is_lost = !co_await options_.signals.renew_turn(holder_);
        // It may have been given back meanwhile.
        if (turn->is_lost && turn == turn_) options_.signals.interrupt();
    } catch (const std::exception&) {
        // The next renewal or write says whether it is still there.
    }
    co_return kRenewal;
}

/// What the signals are made of and with: where it is another one, all of them are computed anew.
std::string SignalKeeper::source_of(const std::string& database) const {
    std::string rules = fmt::format("{} {} {}", model::kSignalsVersion, options_.core_timezone, options_.weights.bias);
    for (const double weight : weights_) rules += fmt::format(" {}", weight);
    const store::CoreSchema& schema = options_.schema.schema();
    for (const model::Resource* resource : {&model::kUsers, &model::kPosts})
        for (const model::Field& field : resource->fields)
            rules += fmt::format(" {}", schema.type(resource->table, field.name));
    return fmt::format("{} {}", database, base::sha256_hex(rules + schema.time_zone()));
}

asio::awaitable<void> SignalKeeper::look() {
    // Without the core's tables there is nothing to look at; they may come.
    if (!options_.schema.is_known() || !options_.schema.problem().empty()) co_return;
    const store::SignalState state = co_await options_.signals.state();
    const LookSchedule::Signs signs{state.changes, state.next_transaction, state.is_of_today};
    const std::string source = source_of(state.source);
    const bool is_same =
        state.kept_source == source && state.horizon && state.next_transaction - *state.horizon < kMostTransactions;
    if (is_same && schedule_.is_still(signs)) {
        options_.freshness = {.as_of = state.now, .pending = 0};
        co_return;
    }
    const auto began = LookSchedule::Clock::now();
    if (!schedule_.is_due(began, signs)) co_return;
    const store::CoreViews views(options_.schema.schema(), options_.core_timezone);
    const std::optional<std::int64_t> horizon = is_same ? state.horizon : std::nullopt;
    const store::SignalChanges changes = co_await options_.signals.find_changes(views, horizon, !state.is_of_today);
    const bool of_all = !is_same || changes.is_cut;
    options_.freshness.pending = of_all ? changes.users : static_cast<std::int64_t>(changes.ids.size());
    bool is_done = true;
    if (of_all || !changes.ids.empty() || !changes.gone.empty() || !state.is_of_today)
        is_done = co_await take_turn_and_keep(views, changes, of_all, source);
    schedule_.finish(began, LookSchedule::Clock::now(), signs, changes.is_settled && is_done);
    if (!is_done) co_return;
    options_.freshness = {.as_of = changes.at, .pending = 0};
}

/// @return false when another process has the turn
asio::awaitable<bool> SignalKeeper::take_turn_and_keep(const store::CoreViews& views,
                                                       const store::SignalChanges& changes, bool of_all,
                                                       const std::string& source) {
    if (!co_await options_.signals.take_turn(holder_)) co_return false;
    turn_ = std::make_shared<Turn>();
    bool is_finished = false;
    std::exception_ptr failure;
    try {
        is_finished = co_await keep(views, changes, of_all);
    } catch (...) {
        failure = std::current_exception();
    }
    const bool is_lost = std::exchange(turn_, nullptr)->is_lost;
    std::optional<store::SignalStore::Finished> finished;
    if (is_finished) finished = {source, changes.horizon, changes.at};
    co_await options_.signals.end_turn(holder_, finished);
    if (failure && !is_lost) std::rethrow_exception(failure);
    co_return is_finished;
}

/// @return false when the turn was lost
asio::awaitable<bool> SignalKeeper::keep(const store::CoreViews& views, const store::SignalChanges& changes,
                                         bool of_all) {
    for (auto from = changes.gone.begin(); from != changes.gone.end();) {
        const auto to = from + std::min<std::ptrdiff_t>(kBatch, changes.gone.end() - from);
        const std::vector part(from, to);
        if (!co_await options_.signals.remove(holder_, part)) co_return false;
        from = to;
    }
    if (!co_await keep_users(views, changes, of_all)) co_return false;
    if (!co_await keep_people()) co_return false;
    if (!co_await keep_waves()) co_return false;
    co_return co_await options_.signals.write_steps(holder_);
}

asio::awaitable<bool> SignalKeeper::keep_users(const store::CoreViews& views, const store::SignalChanges& changes,
                                               bool of_all) {
    if (!of_all && changes.ids.empty()) co_return true;
    // Most users are in the waves in which they were.
    Waves waves;
    for (const model::Group& wave : co_await options_.signals.list_waves())
        waves.insert({{wave.account, wave.kind, wave.month, wave.key}, wave.size});
    // Named: g++ 12 destroys what is made inside such an expression twice (GCC bug 107288).
    std::optional<std::vector<std::int64_t>> ids;
    if (!of_all) ids = changes.ids;
    store::SourceReader reader = co_await options_.signals.read_sources(views, ids);
    asio::steady_timer pause(options_.executor);
    std::int64_t written = 0;
    std::int64_t next_steps = kFirstSteps;
    while (!loop_.is_stopping()) {
        const std::vector<Source> sources = co_await reader.next(kBatch);
        if (sources.empty()) co_return true;
        const auto began = std::chrono::steady_clock::now();
        const auto compute = [&] {
            std::vector<KeptSignals> users;
            users.reserve(sources.size());
            for (const Source& source : sources) {
                KeptSignals user = insight::keep(source, changes.at);
                if (user.wave) insight::set_wave(user, wave_of(waves, user));
                user.risk = insight::risk_of(user.assessment.strengths, weights_, options_.weights.bias);
                users.push_back(std::move(user));
            }
            return store::SignalStore::written(users);
        };
        std::string users = co_await base::offload(options_.workers, compute);
        if (!co_await options_.signals.write(holder_, std::move(users))) co_return false;
        // Of many new users ranks are not far from right long before the last one is written.
        written += static_cast<std::int64_t>(sources.size());
        if (written >= next_steps) {
            if (!co_await options_.signals.write_steps(holder_)) co_return false;
            next_steps = 2 * written;
        }
        const std::int64_t pending = options_.freshness.pending.value_or(0);
        options_.freshness.pending = std::max(pending - static_cast<std::int64_t>(sources.size()), std::int64_t{0});
        // Others need the processor, too.
        pause.expires_after((std::chrono::steady_clock::now() - began) / 2);
        co_await pause.async_wait(asio::use_awaitable);
    }
    co_return false;
}

asio::awaitable<bool> SignalKeeper::keep_people() {
    const std::vector<Namesake> all = co_await options_.signals.list_namesakes();
    std::vector<Namesake> changed;
    for (auto from = all.begin(); from != all.end();) {
        const auto is_another = [&](const Namesake& row) {
            return row.account != from->account || row.handle_key != from->handle_key;
        };
        const auto to = from->handle_key ? std::find_if(from, all.end(), is_another) : std::next(from);
        std::vector<insight::Twin> twins;
        std::transform(from, to, std::back_inserter(twins), [](const Namesake& row) {
            return insight::Twin{.id = row.id, .month = row.own_month, .last_seen = row.last_seen};
        });
        const std::vector<insight::Person> people = insight::people_of(twins);
        for (std::size_t i = 0; i < people.size(); ++i) {
            Namesake row = *(from + static_cast<std::ptrdiff_t>(i));
            if (row.person == people[i].row && row.month == people[i].month) continue;
            row.person = people[i].row;
            row.month = people[i].month;
            changed.push_back(row);
        }
        from = to;
    }
    for (auto from = changed.begin(); from != changed.end();) {
        const auto to = from + std::min<std::ptrdiff_t>(kBatch, changed.end() - from);
        const std::vector part(from, to);
        if (!co_await options_.signals.write_people(holder_, part)) co_return false;
        from = to;
    }
    co_return true;
}

asio::awaitable<bool> SignalKeeper::keep_waves() {
    const auto is_large = [](const model::Group& group) {
        return insight::is_larger_than_chance(static_cast<double>(group.size), group.expected(),
                                              static_cast<double>(group.everyone));
    };
    const std::vector<model::Group> cohorts = co_await options_.signals.list_groups(is_large);
    if (!co_await options_.signals.write_cohorts(holder_, cohorts)) co_return false;
    const std::size_t index = model::wave_index();
    while (!loop_.is_stopping()) {
        std::vector<WaveChange> changes = co_await options_.signals.list_wave_changes();
        if (changes.empty()) co_return true;
        for (WaveChange& change : changes) {
            const auto size = static_cast<double>(change.wave);
            change.strengths[index] = insight::strength_of(model::all_signals()[index], size, model::Facts{});
            change.risk = insight::risk_of(change.strengths, weights_, options_.weights.bias);
        }
        for (auto from = changes.begin(); from != changes.end();) {
            const auto to = from + std::min<std::ptrdiff_t>(kBatch, changes.end() - from);
            const std::vector part(from, to);
            if (!co_await options_.signals.write_waves(holder_, part)) co_return false;
            from = to;
        }
    }
    co_return false;
}

}  // namespace wdx::app
