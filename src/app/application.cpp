#include "app/application.hpp"

#include "api/event_hub.hpp"
#include "app/database_gate.hpp"
#include "app/history_keeper.hpp"
#include "app/housekeeping.hpp"
#include "app/management.hpp"
#include "app/metrics.hpp"
#include "app/pipeline.hpp"
#include "app/systemd.hpp"
#include "app/table_watcher.hpp"
#include "auth/secret_key.hpp"
#include "base/log.hpp"
#include "base/offload.hpp"
#include "config/listen.hpp"
#include "db/listener.hpp"
#include "http/server.hpp"
#include "store/change_events.hpp"

#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <malloc.h>
#include <mutex>
#include <sys/resource.h>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

namespace wdx::app {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr std::size_t kWorkers = 2;  ///< for connecting and start-up checks
constexpr auto kTick = 250ms;        ///< flushes the log, looks for stalled connections
constexpr auto kSchemaInterval = 25s;
constexpr auto kSchemaRetry = 2s;  ///< while a table is missing
constexpr auto kGateRetry = 1s;
constexpr auto kEventPatience = 2s;  ///< for the last entries of the log, when the program ends
constexpr std::size_t kManagementConnections = 64;
constexpr std::size_t kManagementBody = 1024;  ///< bytes; nothing there takes one
constexpr auto kManagementStop = 1s;
constexpr auto kExitMargin = 5s;     ///< for worker threads that hang in a system call, after everything else has ended
constexpr rlim_t kSpareFiles = 256;  ///< besides the clients' connections

model::SignalWeights weights_of(const config::Config& config) {
    model::SignalWeights weights;
    for (const std::string& entry : config.signal_weights) weights.read(entry);  // checked when they were loaded
    return weights;
}

spdlog::level::level_enum level_of(config::LogLevel level) {
    switch (level) {
        case config::LogLevel::debug:
            return spdlog::level::debug;
        case config::LogLevel::info:
            return spdlog::level::info;
        case config::LogLevel::warning:
            return spdlog::level::warn;
        default:
            return spdlog::level::err;
    }
}

/// Each client is a file descriptor.  A limit that cannot be raised is said, not an error.
void raise_file_limit(std::size_t connections) {
    rlimit limit{};
    const rlim_t wanted = connections + kSpareFiles;
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return;
    limit.rlim_max = std::max(limit.rlim_max, wanted);  // only root may
    limit.rlim_cur = wanted;
    if (::setrlimit(RLIMIT_NOFILE, &limit) == 0) return;
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < wanted)
        spdlog::warn("only {} open files are allowed; {} would serve WDX_MAX_CONNECTIONS", limit.rlim_cur, wanted);
}

/// Two megabytes of memory pools for each thread are more than the whole program needs.
void keep_memory_small() {
    ::mallopt(M_ARENA_MAX, 2);
    ::mallopt(M_TRIM_THRESHOLD, 1024 * 1024);
    ::mallopt(M_TOP_PAD, 256 * 1024);  // a list's body comes and goes: not a system call each time
    ::mallopt(M_MMAP_THRESHOLD, 256 * 1024);
}

void require_strong_key(const std::string& key, const std::string& source, bool beyond_loopback) {
    if (!auth::is_weak_secret_key(key)) return;
    if (beyond_loopback)
        throw std::runtime_error("the secret key (" + source +
                                 ") is weak: refusing to listen beyond this machine; give one of 32 bytes or more");
    spdlog::warn("the secret key ({}) is weak: give one of 32 bytes or more", source);
}

auth::SigningKey load_signing_key(const config::Config& config, bool beyond_loopback) {
    auth::SecretKey key = auth::load_or_create_secret_key(config.secret_key, config.data_dir);
    if (key.generated_now) spdlog::info("made a secret key: {}", key.source);
    require_strong_key(key.value, key.source, beyond_loopback);
    // A key that verifies is as dangerous in the wrong hands as the one that signs.
    for (const std::string& fallback : key.fallbacks)
        require_strong_key(fallback, auth::secret_key_fallbacks_path(config.data_dir).string(), beyond_loopback);
    for (const std::string& fallback : config.secret_key_fallbacks) {
        require_strong_key(fallback, "WDX_SECRET_KEY_FALLBACKS", beyond_loopback);
        key.fallbacks.push_back(fallback);
    }
    return auth::SigningKey(key.value, key.fallbacks);
}

/// @return null without TLS
std::shared_ptr<http::TlsContext> load_tls(const config::Config& config) {
    return config.tls_cert.empty() ? nullptr : http::load_tls_context(config.tls_cert, config.tls_key);
}

db::PoolOptions pool_options(const config::Config& config) {
    return {.connect = {.url = config.database_url,
                        .connect_timeout = config.database_connect_timeout,
                        .statement_timeout = config.statement_timeout,
                        .prepared_statements = config.prepared_statements},
            .connections = config.database_connections,
            .write_connections = config.database_write_connections,
            .stream_connections = config.database_stream_connections,
            .queue = config.database_queue};
}

/// Of the connection that LISTENs.
db::ConnectOptions listen_options(const config::Config& config) {
    db::ConnectOptions options = pool_options(config).connect;
    if (!config.database_direct_url.empty()) options.url = config.database_direct_url;
    return options;
}

rest::Rate rate(const config::Rate& rate) {
    return {.count = rate.count, .period = rate.period};
}

/// @param setting  that named the address
/// @return what clients are told
std::string listen_on(http::Server& server, const std::string& text, std::string_view setting) {
    const auto address = config::parse_listen(text);
    if (!address) throw std::runtime_error(fmt::format("{}: cannot listen on {}", setting, text));
    try {
        return address->is_unix ? server.listen_unix(address->path) : server.listen_tcp(address->host, address->port);
    } catch (const boost::system::system_error& error) {
        throw std::runtime_error(fmt::format("cannot listen on {}: {}", text, error.code().message()));
    }
}

/// All parts of the running server, in the order in which they need each other.  Everything but the worker threads'
/// tasks happens on the thread that calls `run`.
class Application {
  public:
    Application(const config::Config& config, const ServeOptions& options);

    bool run();

  private:
    void spawn(asio::awaitable<void> part);
    void join_workers();
    http::ServerOptions server_options();
    http::ServerOptions management_options();
    void listen();
    void start_management();
    [[nodiscard]] std::vector<std::string> problems() const;
    [[nodiscard]] Gauges gauges() const;
    asio::awaitable<void> start();
    asio::awaitable<void> open_gate();
    asio::awaitable<void> watch_schema();
    asio::awaitable<void> tick();
    void tell_database(bool up, const std::string& why);
    void reopen_log();
    asio::awaitable<void> reload();
    asio::awaitable<void> reload_tls();
    asio::awaitable<void> await_signals();
    asio::awaitable<void> stop();
    void on_answered(const http::Request& request, unsigned status, std::uint64_t bytes,
                     std::chrono::steady_clock::duration took);

    const config::Config& config_;
    const ServeOptions& options_;
    ServiceManager manager_;  // reads the environment: before there are threads
    bool beyond_loopback_;
    // Before the event loop, which destroys requests that were still waiting: they give back what they took.
    api::Throttles throttles_;
    api::Metrics counters_;
    Metrics metrics_;
    asio::io_context context_{1};
    asio::thread_pool workers_{kWorkers};
    asio::thread_pool cancellers_{1};
    db::Pool pool_;
    store::TokenStore tokens_;
    store::SessionStore sessions_;
    store::OperatorStore operators_;
    store::ClassificationStore classifications_;
    store::ActionStore actions_;
    store::EventLog events_;
    store::EventStore changes_;
    store::HistoryStore history_;
    api::EventHub event_hub_;
    db::Listener listener_;
    store::SchemaWatch schema_;
    api::HashPool hashes_;
    auth::SigningKey key_;
    api::Services services_;
    Pipeline pipeline_;
    http::Server server_;
    Management management_;
    http::Server management_server_;  ///< without a listener unless WDX_MANAGEMENT_LISTEN names one
    asio::signal_set signals_;
    asio::steady_timer schema_timer_;
    Housekeeping housekeeping_;
    TableWatcher watcher_;
    HistoryKeeper history_keeper_;
    asio::steady_timer tick_timer_;
    std::vector<std::string> urls_;
    std::string management_url_;
    std::string database_problem_;  ///< why the last attempt to connect, or to check the database, failed
    std::chrono::steady_clock::time_point schema_read_at_{};
    bool first_attempt_over_ = false;
    bool listening_ = false;
    bool reload_wanted_ = false;
    bool reloading_ = false;
    bool gate_open_ = false;
    bool failed_ = false;
    bool stopping_ = false;
};

bool any_beyond_loopback(const std::vector<int>& sockets, const std::vector<std::string>& listen) {
    if (!sockets.empty())
        return std::any_of(sockets.begin(), sockets.end(),
                           [](int socket) { return !http::is_loopback_listener(socket); });
    return std::any_of(listen.begin(), listen.end(), [](const std::string& text) {
        const auto address = config::parse_listen(text);
        return address && !config::is_loopback(*address);
    });
}

Application::Application(const config::Config& config, const ServeOptions& options)
    : config_(config),
      options_(options),
      beyond_loopback_(any_beyond_loopback(options.sockets, config.listen)),
      throttles_{.login = rest::Throttle(rate(config.throttle_login)),
                 .login_total = rest::Throttle(rate(config.throttle_login_total)),
                 .refresh = rest::Throttle(rate(config.throttle_refresh)),
                 .api = rest::Throttle(rate(config.throttle_api))},
      metrics_(counters_),
      pool_(context_.get_executor(), workers_, cancellers_, pool_options(config)),
      tokens_(pool_),
      sessions_(pool_),
      operators_(pool_),
      classifications_(pool_),
      actions_(pool_),
      events_(context_.get_executor(), pool_),
      changes_(pool_),
      history_(pool_),
      event_hub_({.executor = context_.get_executor(),
                  .events = changes_,
                  .tokens = tokens_,
                  .metrics = counters_,
                  .most_streams = config.event_streams}),
      listener_(context_.get_executor(), workers_, listen_options(config), store::kEventChannel),
      schema_(pool_, events_),
      hashes_(config.hash_threads, config.hash_queue),
      key_(load_signing_key(config, beyond_loopback_)),
      services_{.pool = pool_,
                .tokens = tokens_,
                .sessions = sessions_,
                .operators = operators_,
                .classifications = classifications_,
                .actions = actions_,
                .schema = schema_,
                .events = events_,
                .event_hub = event_hub_,
                .hashes = hashes_,
                .key = key_,
                .lifetimes = {config.access_token_lifetime, config.refresh_token_lifetime},
                .throttles = throttles_,
                .metrics = counters_,
                .basic_auth = config.basic_auth,
                .refresh_grace = config.refresh_grace,
                .revoke_on_reuse = config.revoke_on_reuse,
                .session_max_age = config.session_max_age,
                .signal_weights = weights_of(config),
                .core_timezone = config.core_timezone},
      pipeline_({.allowed_hosts = config.allowed_hosts,
                 .cors_allowed_origins = config.cors_allowed_origins,
                 .trusted_proxies = http::TrustedProxies(config.trusted_proxies),
                 .is_open = [this] { return gate_open_; },
                 .is_ready = [this] { return problems().empty(); }},
                services_),
      server_(context_.get_executor(), server_options()),
      management_({.metrics = [this] { return metrics_.render(gauges()); }, .problems = [this] { return problems(); }}),
      management_server_(context_.get_executor(), management_options()),
      signals_(context_, SIGTERM, SIGINT, SIGHUP),
      schema_timer_(context_),
      housekeeping_({.executor = context_.get_executor(),
                     .pool = pool_,
                     .events = events_,
                     .changes = changes_,
                     .log_retention = config.log_retention,
                     .event_retention = config.event_retention,
                     .is_open = [this] { return gate_open_; }}),
      watcher_({.executor = context_.get_executor(),
                .events = changes_,
                .interval = config.watch_interval,
                .is_up = [this] { return pool_.is_up(); }}),
      history_keeper_({.executor = context_.get_executor(),
                       .history = history_,
                       .schema = schema_,
                       .core_timezone = config.core_timezone,
                       .retention = config.history_retention,
                       .is_up = [this] { return pool_.is_up(); },
                       .last_event = [this] { return event_hub_.last_id(); }}),
      tick_timer_(context_) {}

http::ServerOptions Application::server_options() {
    return {.session = {
                .head_limits = {config_.request_line_limit, config_.header_limit},
                .body_limit = config_.body_limit,
                .body_budget = std::make_shared<http::BodyBudget>(http::BodyBudget{config_.body_memory, 0}),
                .header_timeout = config_.header_timeout,
                .body_timeout = config_.body_timeout,
                .write_timeout = config_.write_timeout,
                .idle_timeout = config_.idle_timeout,
                .handler = [this](http::Request& request) { return pipeline_.handle(request); },
                .refuse =
                    [this](unsigned status, std::string_view detail, const http::Request* request) {
                        metrics_.observe_refusal(status);
                        return pipeline_.refuse(status, detail, request);
                    },
                .on_answered =
                    [this](const http::Request& request, unsigned status, std::uint64_t bytes,
                           std::chrono::steady_clock::duration took) { on_answered(request, status, bytes, took); }},
            .max_connections = config_.max_connections,
            .unix_mode = config_.listen_mode,
            .tls = load_tls(config_)};
}

http::ServerOptions Application::management_options() {
    http::ServerOptions options = server_options();
    options.tls = nullptr;  // loopback alone
    options.session.body_limit = kManagementBody;
    options.session.body_budget = std::make_shared<http::BodyBudget>();
    options.session.handler = [this](http::Request& request) { return management_.handle(request); };
    options.session.refuse = [](unsigned status, std::string_view detail, const http::Request*) {
        return Management::refuse(status, detail);
    };
    options.session.on_answered = [](const auto&...) {};
    options.max_connections = kManagementConnections;
    return options;
}

/// Why data cannot be served, for whoever runs the server.
std::vector<std::string> Application::problems() const {
    std::vector<std::string> found;
    if (!pool_.is_up() || (!gate_open_ && !database_problem_.empty()))
        found.push_back("database: " + (database_problem_.empty() ? "not connected yet" : database_problem_));
    if (!gate_open_) found.emplace_back("migrations: not checked yet");
    if (gate_open_ && !schema_.is_known()) found.emplace_back("core schema: not read yet");
    if (!schema_.problem().empty()) found.push_back("core schema: " + schema_.problem());
    return found;
}

Gauges Application::gauges() const {
    return {.connections = server_.connections(),
            .hashes_pending = hashes_.pending(),
            .events_lost = events_.lost(),
            .event_streams = event_hub_.streams(),
            .event_listen_up = listener_.is_listening(),
            .database = pool_.status()};
}

void Application::on_answered(const http::Request& request, unsigned status, std::uint64_t bytes,
                              std::chrono::steady_clock::duration took) {
    metrics_.observe(request, status, took);
    base::log_access({.request_id = request.id,
                      .address = request.client_address,
                      .method = request.method(),
                      .target = request.target(),
                      .status = status,
                      .bytes = bytes,
                      .milliseconds = std::chrono::duration<double, std::milli>(took).count()});
}

void Application::listen() {
    for (const int socket : options_.sockets) {
        try {
            urls_.push_back(server_.adopt(socket));
        } catch (const boost::system::system_error& error) {
            throw std::runtime_error(
                fmt::format("LISTEN_FDS: cannot listen on socket {}: {}", socket, error.code().message()));
        }
    }
    if (options_.sockets.empty())
        for (const std::string& text : config_.listen) urls_.push_back(listen_on(server_, text, "WDX_LISTEN"));
    if (!config_.management_listen.empty())
        management_url_ = listen_on(management_server_, config_.management_listen, "WDX_MANAGEMENT_LISTEN");
}

/// The management listener does not wait for the database: it says why that is away.
void Application::start_management() {
    if (management_url_.empty()) return;
    management_server_.start();
    std::printf("management on %s\n", management_url_.c_str());
    std::fflush(stdout);
}

bool Application::run() {
    ::signal(SIGPIPE, SIG_IGN);
    raise_file_limit(config_.max_connections);
    listen();
    start_management();
    spawn(start());
    spawn(await_signals());
    spawn(tick());
    context_.run();
    join_workers();
    base::flush_log();
    return !failed_;
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
        failed_ = true;
        asio::co_spawn(context_, stop(), asio::detached);
    };
    asio::co_spawn(context_, std::move(part), std::move(on_end));
}

/// Waits for the worker threads.  libpq may hang in one of them, on a server that is out of reach; nothing that was
/// promised depends on them any more, so after a while the program ends without.
void Application::join_workers() {
    std::mutex mutex;
    std::condition_variable_any done;
    const std::jthread watchdog([&](const std::stop_token& joined) {
        std::unique_lock lock(mutex);
        if (done.wait_for(lock, joined, kExitMargin, [&] { return joined.stop_requested(); })) return;
        spdlog::warn("leaving a worker thread that hangs");
        base::flush_log();
        std::_Exit(failed_ ? EXIT_FAILURE : EXIT_SUCCESS);
    });
    workers_.join();
    cancellers_.join();
}

/// Accepts clients when the first attempt to reach the database is over: with it there, the first answer is a real one.
asio::awaitable<void> Application::start() {
    pool_.start([this](bool up, const std::string& why) {
        database_problem_ = up ? std::string() : why;
        tell_database(up, why);
        first_attempt_over_ = true;
    });
    const auto deadline = std::chrono::steady_clock::now() + config_.database_connect_timeout;
    asio::steady_timer timer(context_);
    while (!first_attempt_over_ && !stopping_ && std::chrono::steady_clock::now() < deadline) {
        timer.expires_after(1ms);
        co_await timer.async_wait(asio::use_awaitable);
    }
    if (pool_.is_up()) co_await open_gate();
    if (stopping_ || failed_) co_return;
    server_.start();
    for (const std::string& url : urls_) std::printf("listening on %s\n", url.c_str());
    std::fflush(stdout);
    listening_ = true;
    manager_.ready();
    if (options_.on_listening) options_.on_listening(urls_);
    base::flush_log();
    events_.add({.event = store::event::kStart,
                 .message = fmt::format("watchdxg-back " WDX_VERSION " on {}", fmt::join(urls_, ", "))});
    spawn(watch_schema());
    spawn(housekeeping_.run());
}

/// That it is there at the start is nothing to tell; every change after that is an event.
void Application::tell_database(bool up, const std::string& why) {
    if (up) {
        spdlog::info("database: connected");
        if (first_attempt_over_) events_.add({.event = store::event::kDatabase, .message = "connected"});
    } else {
        spdlog::error("database: {}; answering 503 until it is back", why);
        events_.add({.level = store::LogLevel::error, .event = store::event::kDatabase, .message = "away: " + why});
    }
}

/// Checks the database once it is there; until then every route answers 503.
asio::awaitable<void> Application::open_gate() {
    const GateOptions gate{.database_url = config_.database_url,
                           .connect_timeout = config_.database_connect_timeout,
                           .migrate = options_.migrate,
                           .beyond_loopback = beyond_loopback_};
    try {
        auto check = [gate] {
            check_database(gate);
            return true;
        };
        co_await base::offload(workers_, std::move(check));
        co_await schema_.refresh();
        co_await event_hub_.begin();
        gate_open_ = true;
        spawn(events_.run());
        spawn(event_hub_.run());
        spawn(event_hub_.look_after_streams());
        spawn(listener_.run([this] { event_hub_.wake(); }));
        spawn(watcher_.run());
        spawn(history_keeper_.run());
        database_problem_.clear();
        co_return;
    } catch (const db::DbError& error) {
        if (error.is_unavailable()) {
            spdlog::warn("database: {}", error.what());
            database_problem_ = error.what();
            co_return;
        }
        spdlog::critical("{}", error.what());
    } catch (const std::exception& error) {
        spdlog::critical("{}", error.what());
    }
    failed_ = true;
    co_await stop();
}

asio::awaitable<void> Application::watch_schema() {
    while (!stopping_) {
        schema_timer_.expires_after(gate_open_ ? kSchemaRetry : kGateRetry);
        boost::system::error_code cancelled;
        co_await schema_timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
        if (stopping_ || !pool_.is_up()) continue;
        if (!gate_open_) {
            co_await open_gate();
            continue;
        }
        const auto now = std::chrono::steady_clock::now();
        if (schema_.problem().empty() && now - schema_read_at_ < kSchemaInterval) continue;
        schema_read_at_ = now;
        try {
            co_await schema_.refresh();
        } catch (const db::DbError& error) {
            spdlog::warn("cannot read the core's schema: {}", error.what());
        }
    }
}

asio::awaitable<void> Application::tick() {
    while (!stopping_) {
        tick_timer_.expires_after(kTick);
        boost::system::error_code cancelled;
        co_await tick_timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
        base::flush_log();
        pool_.check_stalled();
        manager_.keep_alive(ServiceManager::Clock::now());
    }
}

void Application::reopen_log() {
    try {
        base::reopen_log();
        spdlog::info("log reopened");
    } catch (const std::exception& error) {
        spdlog::error("cannot open the log file anew, going on with the old one: {}", error.what());
    }
}

/// SIGHUP: the log and the certificate, the one after the other.
asio::awaitable<void> Application::reload() {
    reload_wanted_ = true;
    if (reloading_) co_return;  // the one under way begins anew
    reloading_ = true;
    if (listening_) manager_.reloading();
    while (reload_wanted_) {
        reload_wanted_ = false;
        reopen_log();
        if (!config_.tls_cert.empty()) co_await reload_tls();
    }
    reloading_ = false;
    if (listening_ && !stopping_) manager_.ready();
}

asio::awaitable<void> Application::reload_tls() {
    try {
        auto load = [this] { return load_tls(config_); };
        server_.set_tls(co_await base::offload(workers_, std::move(load)));
        spdlog::info("certificate read anew");
    } catch (const std::exception& error) {
        spdlog::error("cannot use the new certificate, going on with the old one: {}", error.what());
    }
}

asio::awaitable<void> Application::await_signals() {
    while (!stopping_) {
        boost::system::error_code cancelled;
        const int number = co_await signals_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
        if (cancelled) co_return;
        if (number == SIGHUP) {
            spawn(reload());
            continue;
        }
        // A second signal ends the program at once.
        ::signal(number, SIG_DFL);
        spdlog::info("stopping");
        co_await stop();
    }
}

asio::awaitable<void> Application::stop() {
    if (stopping_) co_return;
    stopping_ = true;
    manager_.stopping();
    watcher_.stop();
    history_keeper_.stop();
    listener_.stop();
    event_hub_.stop();  // its streams would never end
    co_await server_.stop(config_.shutdown_timeout);
    events_.add({.level = failed_ ? store::LogLevel::error : store::LogLevel::info,
                 .event = store::event::kStop,
                 .message = failed_ ? "after a fault" : ""});
    co_await events_.stop(kEventPatience);
    co_await management_server_.stop(kManagementStop);
    pool_.stop();
    signals_.cancel();
    schema_timer_.cancel();
    housekeeping_.stop();
    tick_timer_.cancel();
}

}  // namespace

void setup_log(const config::Config& config) {
    base::setup_log({.json = config.log_format == config::LogFormat::json,
                     .level = level_of(config.log_level),
                     .file = config.log_file,
                     .access = config.access_log});
}

bool serve(const config::Config& config, const ServeOptions& options) {
    keep_memory_small();
    return Application(config, options).run();
}

}  // namespace wdx::app
