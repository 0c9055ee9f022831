#include "app/application.hpp"

#include "app/database_gate.hpp"
#include "app/front.hpp"
#include "app/metrics.hpp"
#include "app/options.hpp"
#include "app/parts.hpp"
#include "app/process_setup.hpp"
#include "app/readiness.hpp"
#include "app/signing_key.hpp"
#include "app/systemd.hpp"
#include "app/workers.hpp"
#include "base/log.hpp"
#include "base/offload.hpp"
#include "base/periodic.hpp"
#include "db/listener.hpp"
#include "platform/memory.hpp"
#include "store/journal/change_events.hpp"

#include <csignal>
#include <cstdlib>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

namespace wdx::app {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kTick = 250ms;    ///< flushes the log, looks for stalled connections
constexpr std::chrono::milliseconds kGateRetry = 1s;  ///< between two checks of a database that was not servable yet
constexpr std::chrono::milliseconds kQuietStart = 250ms;  ///< before the jobs begin
constexpr std::chrono::milliseconds kLastEntries = 2s;    ///< for the last entries of /api/logs/, when the program ends

/// All parts of the running server, in the order in which they need each other.  Everything but the worker threads'
/// tasks happens on the thread that calls `run`.
class Application {
  public:
    Application(const config::Config& config, const ServeOptions& options);

    bool run();

  private:
    enum class Phase { starting, serving, stopping };
    enum class Reload { idle, running, again };

    [[nodiscard]] std::vector<std::string> problems() const;
    [[nodiscard]] std::vector<std::string> full_classes() const;
    [[nodiscard]] Gauges gauges() const;
    void spawn(asio::awaitable<void> part);
    asio::awaitable<void> start();
    asio::awaitable<void> open();
    asio::awaitable<void> begin_jobs();
    asio::awaitable<std::chrono::milliseconds> retry_to_open();
    asio::awaitable<std::chrono::milliseconds> tick();
    asio::awaitable<void> await_signals();
    asio::awaitable<void> reload();
    asio::awaitable<void> stop();
    void note_database(bool up, const std::string& why);

    const config::Config& config_;
    const ServeOptions& options_;
    ServiceManager manager_;  // reads the environment: before there are threads
    bool beyond_loopback_;
    // Before the event loop, which destroys requests that were still waiting: they give back what they took.
    api::Throttles throttles_;
    api::Counters counters_;
    Metrics metrics_;
    asio::io_context context_{1};
    asio::io_context::executor_type executor_ = context_.get_executor();
    Workers workers_;
    db::Pool pool_;
    db::Replica replica_;
    alert::Sender sender_;
    Stores stores_;
    Readiness readiness_;
    ApiParts api_;
    db::Listener listener_;
    Jobs jobs_;
    Front front_;
    asio::signal_set signals_;
    asio::steady_timer quiet_start_;
    base::Periodic opening_;
    base::Periodic ticking_;
    Phase phase_ = Phase::starting;
    Reload reload_ = Reload::idle;
};

Application::Application(const config::Config& config, const ServeOptions& options)
    : config_(config),
      options_(options),
      beyond_loopback_(is_beyond_loopback(options.sockets, config.listen)),
      throttles_(make_throttles(config)),
      metrics_(counters_),
      pool_(executor_, workers_.blocking(), workers_.cancelling(), pool_options(config)),
      replica_(executor_, workers_.blocking(), workers_.cancelling(), pool_, replica_options(config)),
      sender_(sender_options(config)),
      stores_(executor_, pool_, config, sender_.channels()),
      readiness_(executor_),
      api_(config, {.executor = executor_,
                    .pool = pool_,
                    .replica = replica_,
                    .stores = stores_,
                    .sender = sender_,
                    .throttles = throttles_,
                    .counters = counters_,
                    .key = load_signing_key(config, beyond_loopback_),
                    .is_ready = [this] { return problems().empty(); }}),
      listener_(executor_, workers_.blocking(), listen_options(config), store::kEventChannel),
      jobs_(config, {.executor = executor_,
                     .workers = workers_.blocking(),
                     .pool = pool_,
                     .stores = stores_,
                     .sender = sender_,
                     .event_hub = api_.event_hub}),
      front_(config, {.executor = executor_,
                      .sockets = options.sockets,
                      .services = api_.services,
                      .metrics = metrics_,
                      .gauges = [this] { return gauges(); },
                      .problems = [this] { return problems(); },
                      .full_classes = [this] { return full_classes(); },
                      .is_open = [this] { return readiness_.is_open(); }}),
      signals_(context_, SIGTERM, SIGINT, SIGHUP),
      quiet_start_(executor_),
      opening_(executor_, [this] { return retry_to_open(); }),
      ticking_(executor_, [this] { return tick(); }) {}

std::vector<std::string> Application::problems() const {
    return readiness_.problems({.database_up = pool_.is_up(),
                                .schema_known = stores_.schema.is_known(),
                                .schema_problem = stores_.schema.problem()});
}

/// The classes of work of which no more is taken at the moment.
std::vector<std::string> Application::full_classes() const {
    std::vector<std::string> full;
    for (const db::LaneStatus& work : pool_.status().classes)
        if (work.is_full) full.emplace_back(work.name);
    return full;
}

Gauges Application::gauges() const {
    return {.connections = front_.listeners().connections(),
            .hashes_pending = api_.hashes.pending(),
            .computations_pending = api_.computations.pending(),
            .events_lost = stores_.journal.lost(),
            .log_lines_lost = base::lost_log_lines(),
            .event_streams = api_.event_hub.streams(),
            .event_listen_up = listener_.is_listening(),
            .alerts = jobs_.alert_watcher.made(),
            .alert_status = jobs_.alert_watcher.status(),
            .alert_channels = jobs_.alert_channels(),
            .database = pool_.status(),
            .replica = replica_.status()};
}

bool Application::run() {
    ignore_broken_pipes();
    raise_file_limit(config_.max_connections);
    front_.listeners().listen();
    front_.listeners().start_management();  // does not wait for the database: it says why that is away
    spawn(start());
    spawn(await_signals());
    spawn(ticking_.run());
    context_.run();
    workers_.join(readiness_.has_failed() ? EXIT_FAILURE : EXIT_SUCCESS);
    return !readiness_.has_failed();
}

/// A part of the program that ends by an exception ends the program, in order.
void Application::spawn(asio::awaitable<void> part) {
    auto on_end = [this](const std::exception_ptr& failure) {
        if (!failure) return;
        try {
            std::rethrow_exception(failure);
        } catch (const std::exception& error) {
            spdlog::critical("stopping after a fault: {}", error.what());
        }
        readiness_.fail();
        asio::co_spawn(context_, stop(), asio::detached);
    };
    asio::co_spawn(context_, std::move(part), std::move(on_end));
}

/// Accepts clients after the first attempt to reach the database, so that the first answer is a real one if it is
/// there.
asio::awaitable<void> Application::start() {
    pool_.start([this](bool up, const std::string& why) { note_database(up, why); });
    replica_.start();
    co_await readiness_.wait_for_first_attempt(config_.database_connect_timeout);
    if (pool_.is_up()) co_await open();
    if (phase_ == Phase::stopping || readiness_.has_failed()) co_return;
    front_.listeners().start();
    phase_ = Phase::serving;
    manager_.ready();
    if (options_.on_listening) options_.on_listening(front_.listeners().urls());
    base::flush_log();
    stores_.journal.add(
        {.kind = store::entry::kStart,
         .message = fmt::format("watchdxg-back " WDX_VERSION " on {}", fmt::join(front_.listeners().urls(), ", "))});
    spawn(opening_.run());
}

/// Checks the database once it is there; until then every route answers 503.
asio::awaitable<void> Application::open() {
    readiness_.begin_check();
    try {
        auto check = [gate = gate_options(config_, options_.migrate, beyond_loopback_)] {
            check_database(gate);
            return true;
        };
        co_await base::offload(workers_.blocking(), std::move(check));
        co_await stores_.schema.refresh();
        co_await api_.event_hub.begin();
        readiness_.open();
    } catch (const db::DbError& error) {
        if (error.is_unavailable()) {
            spdlog::warn("database: {}", error.what());
            readiness_.postpone(error.what());
            co_return;
        }
        spdlog::critical("{}", error.what());
        readiness_.fail();
    } catch (const std::exception& error) {
        spdlog::critical("{}", error.what());
        readiness_.fail();
    }
    if (readiness_.has_failed()) co_return co_await stop();
    spawn(replica_.run());
    spawn(stores_.journal.run());
    spawn(api_.event_hub.run());
    spawn(api_.event_hub.look_after_streams());
    spawn(api_.streams.run());
    spawn(listener_.run([this] { api_.event_hub.wake(); }));
    spawn(begin_jobs());
}

/// Not at once: they need sessions and processor time, which the first clients wait for.
asio::awaitable<void> Application::begin_jobs() {
    quiet_start_.expires_after(kQuietStart);
    boost::system::error_code cancelled;
    co_await quiet_start_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    if (phase_ == Phase::stopping) co_return;
    spawn(jobs_.housekeeping.run());
    spawn(jobs_.watcher.run());
    spawn(jobs_.history_keeper.run());
    spawn(jobs_.signal_keeper.run());
    spawn(jobs_.signal_keeper.keep_turn());
    spawn(jobs_.probability_keeper.run());
    spawn(jobs_.schema_reader.run());
    spawn(jobs_.alert_watcher.run());
    for (const auto& courier : jobs_.couriers) spawn(courier->run());
}

asio::awaitable<std::chrono::milliseconds> Application::retry_to_open() {
    if (!readiness_.is_open() && pool_.is_up()) co_await open();
    if (readiness_.is_open()) opening_.stop();
    co_return kGateRetry;
}

asio::awaitable<std::chrono::milliseconds> Application::tick() {
    base::flush_log();
    pool_.check_stalled();
    replica_.check_stalled();
    manager_.keep_alive(ServiceManager::Clock::now());
    co_return kTick;
}

asio::awaitable<void> Application::await_signals() {
    while (phase_ != Phase::stopping) {
        boost::system::error_code cancelled;
        const int number = co_await signals_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
        if (cancelled) co_return;
        if (number == SIGHUP) {
            spawn(reload());
            continue;
        }
        ::signal(number, SIG_DFL);  // a second signal ends the program at once
        spdlog::info("stopping");
        co_await stop();
    }
}

/// SIGHUP: the log, then the certificate.  One that comes meanwhile makes the reload that is running begin again.
asio::awaitable<void> Application::reload() {
    if (std::exchange(reload_, Reload::again) != Reload::idle) co_return;
    if (phase_ == Phase::serving) manager_.reloading();
    while (reload_ == Reload::again) {
        reload_ = Reload::running;
        reopen_log();
        co_await front_.listeners().reload_tls(workers_.blocking());
    }
    reload_ = Reload::idle;
    if (phase_ == Phase::serving) manager_.ready();
}

/// The order matters: first what makes work, then clients, then what they write to.
asio::awaitable<void> Application::stop() {
    if (std::exchange(phase_, Phase::stopping) == Phase::stopping) co_return;
    manager_.stopping();
    readiness_.stop_waiting();
    opening_.stop();
    quiet_start_.cancel();
    jobs_.stop();
    sender_.stop();
    listener_.stop();
    api_.event_hub.stop();  // its streams would never end
    pool_.drain();          // nothing long begins any more
    replica_.drain();
    co_await front_.listeners().stop(config_.shutdown_timeout);
    const bool failed = readiness_.has_failed();
    stores_.journal.add({.level = failed ? store::EntryLevel::error : store::EntryLevel::info,
                         .kind = store::entry::kStop,
                         .message = failed ? "after a fault" : ""});
    co_await stores_.journal.stop(kLastEntries);
    co_await front_.listeners().stop_management();
    replica_.stop();
    pool_.stop();
    api_.streams.stop();
    signals_.cancel();
    ticking_.stop();
}

/// Logs that the database came or went.  /api/logs/ has an entry for each change after the start.
void Application::note_database(bool up, const std::string& why) {
    const bool was_known = readiness_.is_first_attempt_over();
    if (up) {
        readiness_.database_is_up();
        spdlog::info("database: connected");
        if (was_known) stores_.journal.add({.kind = store::entry::kDatabase, .message = "connected"});
        return;
    }
    readiness_.database_is_down(why);
    spdlog::error("database: {}; answering 503 until it is back", why);
    stores_.journal.add(
        {.level = store::EntryLevel::error, .kind = store::entry::kDatabase, .message = "away: " + why});
}

}  // namespace

void setup_log(const config::Config& config) {
    base::setup_log(log_options(config));
}

bool serve(const config::Config& config, const ServeOptions& options) {
    platform::keep_memory_small();
    return Application(config, options).run();
}

}  // namespace wdx::app
