#pragma once

#include "alert/sender.hpp"
#include "api/alerts/alert_services.hpp"
#include "api/edits/edit_services.hpp"
#include "api/insight/insight_services.hpp"
#include "api/lists/list_services.hpp"
#include "api/live/event_hub.hpp"
#include "api/login/login_services.hpp"
#include "api/openapi/openapi.hpp"
#include "api/request/access.hpp"
#include "api/request/context.hpp"
#include "api/request/stream_watch.hpp"
#include "api/request/work_pool.hpp"
#include "app/jobs/alert_courier.hpp"
#include "app/jobs/alert_watcher.hpp"
#include "app/jobs/history_keeper.hpp"
#include "app/jobs/housekeeping.hpp"
#include "app/jobs/probability_keeper.hpp"
#include "app/jobs/schema_reader.hpp"
#include "app/jobs/signal_keeper.hpp"
#include "app/jobs/table_watcher.hpp"
#include "app/metrics.hpp"
#include "config/config.hpp"
#include "db/pool.hpp"
#include "store/alerts/alert_figures.hpp"
#include "store/alerts/alert_store.hpp"
#include "store/core/schema_watch.hpp"
#include "store/edits/actions.hpp"
#include "store/edits/classifications.hpp"
#include "store/edits/edits.hpp"
#include "store/insight/history.hpp"
#include "store/insight/probability_store.hpp"
#include "store/insight/signal_freshness.hpp"
#include "store/insight/signal_store.hpp"
#include "store/journal/change_feed.hpp"
#include "store/journal/journal.hpp"
#include "store/login/operators.hpp"
#include "store/login/sessions.hpp"
#include "store/login/tokens.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

/// What stands between the pool of connections and the listeners, one group for each layer.  All of it belongs to the
/// event loop.
namespace wdx::app {

/// The stores, over one pool.
struct Stores {
    /// @param channels  to which alerts go
    Stores(const boost::asio::any_io_executor& executor, db::Pool& pool, const config::Config& config,
           const std::vector<std::string>& channels);

    store::TokenStore tokens;
    store::SessionStore sessions;
    store::SecondFactorStore factors;
    store::OperatorStore operators;
    store::ClassificationStore classifications;
    store::ActionStore actions;
    store::SnoozeStore snoozes;
    store::PlannedActionStore planned_actions;
    store::ExemptionStore exemptions;
    store::EditStore edits;
    store::PreferenceStore preferences;
    store::Journal journal;
    store::ChangeFeed changes;
    store::HistoryStore history;
    store::SignalStore signals;
    store::ProbabilityStore probabilities;
    store::AlertStore alerts;
    store::AlertFigures alert_figures;
    store::SignalFreshness freshness;
    store::SchemaWatch schema;
};

struct ApiPartsOptions {
    boost::asio::any_io_executor executor;
    db::Pool& pool;
    db::Replica& replica;
    Stores& stores;
    alert::Sender& sender;
    api::Throttles& throttles;
    api::Counters& counters;
    auth::SigningKey key;
    std::function<bool()> is_ready;  ///< what `/readyz` says
};

/// What the handlers of the API share.
struct ApiParts {
    ApiParts(const config::Config& config, ApiPartsOptions options);

    auth::SigningKey key;
    api::WorkPool hashes;
    api::WorkPool computations;
    api::StreamWatch streams;
    api::EventHub event_hub;
    api::OpenApiDocument openapi;
    api::AccessServices access;
    api::LoginServices login;
    api::ListServices lists;
    api::EditServices edits;
    api::InsightServices insight;
    api::AlertServices alerts;
    api::Services services;
};

struct JobsOptions {
    boost::asio::any_io_executor executor;
    boost::asio::thread_pool& workers;
    db::Pool& pool;
    Stores& stores;
    alert::Sender& sender;
    api::EventHub& event_hub;
};

/// What the program does by itself.  Each job's `run` is to be spawned once, when the database has been found servable.
struct Jobs {
    Jobs(const config::Config& config, const JobsOptions& options);

    /// No job begins anything more.  Does not wait for what runs.
    void stop();
    [[nodiscard]] std::vector<AlertChannel> alert_channels() const;

    Housekeeping housekeeping;
    TableWatcher watcher;
    HistoryKeeper history_keeper;
    SignalKeeper signal_keeper;
    ProbabilityKeeper probability_keeper;
    SchemaReader schema_reader;
    std::vector<std::unique_ptr<AlertCourier>> couriers;  ///< one for each channel of alerts
    AlertWatcher alert_watcher;
};

}  // namespace wdx::app
