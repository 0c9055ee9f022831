#include "app/parts.hpp"

#include "api/routes.hpp"
#include "app/options.hpp"
#include "base/random.hpp"

#include <utility>

namespace wdx::app {

namespace {

namespace asio = boost::asio;

constexpr std::size_t kHolderBytes = 16;

std::vector<std::unique_ptr<AlertCourier>> make_couriers(const config::Config& config, const JobsOptions& options) {
    std::vector<std::unique_ptr<AlertCourier>> couriers;
    for (const std::string& channel : options.sender.channels())
        couriers.push_back(std::make_unique<AlertCourier>(
            AlertCourierOptions{.executor = options.executor,
                                .channel = channel,
                                .sender = options.sender,
                                .alerts = options.stores.alerts,
                                .journal = options.stores.journal,
                                .backoff = {config.alert_retry, config.alert_retry_max},
                                .timeout = config.alert_timeout,
                                .is_up = [&pool = options.pool] { return pool.is_up(); }}));
    return couriers;
}

}  // namespace

Stores::Stores(const asio::any_io_executor& executor, db::Pool& pool, const config::Config& config,
               const std::vector<std::string>& channels)
    : tokens(pool),
      sessions(pool),
      factors(pool),
      operators(pool),
      classifications(pool),
      actions(pool),
      snoozes(pool),
      planned_actions(pool),
      exemptions(pool),
      edits(pool),
      preferences(pool),
      journal(executor, pool),
      changes(pool),
      history(pool),
      signals(pool),
      probabilities(pool),
      alerts(pool, base::random_hex(kHolderBytes), channels),
      alert_figures(pool),
      schema(pool, journal, config.core_timezone) {}

ApiParts::ApiParts(const config::Config& config, ApiPartsOptions options)
    : key(std::move(options.key)),
      hashes(config.hash_threads, config.hash_queue, api::WorkPool::Priority::normal),
      computations(config.compute_threads, config.compute_queue, api::WorkPool::Priority::low),
      streams(options.executor, options.stores.tokens),
      event_hub({.executor = options.executor,
                 .events = options.stores.changes,
                 .watch = streams,
                 .counters = options.counters,
                 .most_streams = config.event_streams}),
      openapi(api::all_routes(), config.basic_auth),
      access{.key = key,
             .tokens = options.stores.tokens,
             .operators = options.stores.operators,
             .hashes = hashes,
             .throttles = options.throttles,
             .counters = options.counters,
             .basic_auth = config.basic_auth},
      login{.sessions = options.stores.sessions,
            .factors = options.stores.factors,
            .lifetimes = {config.access_token_lifetime, config.refresh_token_lifetime},
            .refresh_grace = config.refresh_grace,
            .revoke_on_reuse = config.revoke_on_reuse,
            .session_max_age = config.session_max_age},
      lists{.cursor_key = key,
            .signals = options.stores.freshness,
            .signal_weights = signal_weights(config),
            .core_timezone = config.core_timezone,
            .stream_max_age = config.stream_max_age},
      edits{.classifications = options.stores.classifications,
            .actions = options.stores.actions,
            .snoozes = options.stores.snoozes,
            .planned_actions = options.stores.planned_actions,
            .exemptions = options.stores.exemptions,
            .edits = options.stores.edits,
            .preferences = options.stores.preferences,
            .bulk_limit = config.bulk_limit,
            .action_daily_cap = config.action_daily_cap,
            .action_attempts = config.action_attempts},
      insight{.signals = options.stores.signals,
              .report_limit = config.report_limit,
              .triage_sample = triage_sample(config)},
      alerts{.alerts = options.stores.alerts, .sender = options.sender, .public_url = public_url(config)},
      services{.pool = options.pool,
               .replica = options.replica,
               .schema = options.stores.schema,
               .journal = options.stores.journal,
               .access = access,
               .login = login,
               .lists = lists,
               .edits = edits,
               .insight = insight,
               .alerts = alerts,
               .computations = computations,
               .event_hub = event_hub,
               .streams = streams,
               .openapi = openapi,
               .is_ready = std::move(options.is_ready)} {}

Jobs::Jobs(const config::Config& config, const JobsOptions& options)
    : housekeeping({.executor = options.executor,
                    .pool = options.pool,
                    .journal = options.stores.journal,
                    .changes = options.stores.changes,
                    .edits = options.stores.edits,
                    .alerts = options.stores.alerts,
                    .log_retention = config.log_retention,
                    .event_retention = config.event_retention}),
      watcher({.executor = options.executor,
               .events = options.stores.changes,
               .interval = config.watch_interval,
               .is_up = [&pool = options.pool] { return pool.is_up(); }}),
      history_keeper({.executor = options.executor,
                      .history = options.stores.history,
                      .schema = options.stores.schema,
                      .core_timezone = config.core_timezone,
                      .interval = config.history_interval,
                      .retention = config.history_retention,
                      .is_up = [&pool = options.pool] { return pool.is_up(); },
                      .last_event = [&hub = options.event_hub] { return hub.last_id(); },
                      .are_scores_known = [&known = options.stores.freshness] { return known.pending == 0; }}),
      signal_keeper({.executor = options.executor,
                     .workers = options.workers,
                     .signals = options.stores.signals,
                     .schema = options.stores.schema,
                     .freshness = options.stores.freshness,
                     .weights = signal_weights(config),
                     .core_timezone = config.core_timezone,
                     .is_up = [&pool = options.pool] { return pool.is_up(); }}),
      probability_keeper({.executor = options.executor,
                          .workers = options.workers,
                          .probabilities = options.stores.probabilities,
                          .schema = options.stores.schema,
                          .weights = signal_weights(config),
                          .core_timezone = config.core_timezone,
                          .is_up = [&pool = options.pool] { return pool.is_up(); }}),
      schema_reader(options.executor, options.stores.schema, [&pool = options.pool] { return pool.is_up(); }),
      couriers(make_couriers(config, options)),
      alert_watcher({.executor = options.executor,
                     .alerts = options.stores.alerts,
                     .figures = options.stores.alert_figures,
                     .journal = options.stores.journal,
                     .schema = options.stores.schema,
                     .core_timezone = config.core_timezone,
                     .thresholds = alert_thresholds(config),
                     .digest = digest_period(config),
                     .digest_timezone = config.digest_timezone.empty() ? "UTC" : config.digest_timezone,
                     .public_url = public_url(config),
                     .interval = config.alert_interval,
                     .is_up = [&pool = options.pool] { return pool.is_up(); },
                     .last_event = [&hub = options.event_hub] { return hub.last_id(); },
                     .are_waves_known = [&known = options.stores.freshness] { return known.as_of.has_value(); },
                     .on_alerts =
                         [this] {
                             for (const auto& courier : couriers) courier->wake();
                         }}) {}

std::vector<AlertChannel> Jobs::alert_channels() const {
    std::vector<AlertChannel> channels;
    for (const auto& courier : couriers)
        channels.push_back({courier->channel(), courier->delivered(), courier->failed()});
    return channels;
}

void Jobs::stop() {
    housekeeping.stop();
    watcher.stop();
    history_keeper.stop();
    signal_keeper.stop();
    probability_keeper.stop();
    schema_reader.stop();
    alert_watcher.stop();
    for (const auto& courier : couriers) courier->stop();
}

}  // namespace wdx::app
