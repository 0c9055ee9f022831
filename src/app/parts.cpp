#include "app/parts.hpp"

#include "api/routes.hpp"
#include "app/options.hpp"

#include <utility>

namespace wdx::app {

Stores::Stores(const boost::asio::any_io_executor& executor, db::Pool& pool, const config::Config& config)
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
      services{.pool = options.pool,
               .schema = options.stores.schema,
               .journal = options.stores.journal,
               .access = access,
               .login = login,
               .lists = lists,
               .edits = edits,
               .insight = insight,
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
      schema_reader(options.executor, options.stores.schema, [&pool = options.pool] { return pool.is_up(); }) {}

void Jobs::stop() {
    housekeeping.stop();
    watcher.stop();
    history_keeper.stop();
    signal_keeper.stop();
    probability_keeper.stop();
    schema_reader.stop();
}

}  // namespace wdx::app
