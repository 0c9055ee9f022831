#pragma once

#include "alert/sender.hpp"
#include "api/request/throttles.hpp"
#include "app/database_gate.hpp"
#include "app/jobs/alert_watcher.hpp"
#include "app/pipeline.hpp"
#include "base/log.hpp"
#include "config/config.hpp"
#include "db/replica.hpp"
#include "http/server.hpp"
#include "model/signals.hpp"

/// What each part is told of the settings: no part but `app` and `cli` sees the whole of them.
namespace wdx::app {

base::LogOptions log_options(const config::Config& config);

db::PoolOptions pool_options(const config::Config& config);

/// nullopt where there is no standby to read from.
std::optional<db::ReplicaOptions> replica_options(const config::Config& config);

/// Of the connection that LISTENs.
db::ConnectOptions listen_options(const config::Config& config);

/// @param beyond_loopback  some listener can be reached from other machines
GateOptions gate_options(const config::Config& config, bool migrate, bool beyond_loopback);

/// Limits and deadlines of clients; without handler and TLS.
http::ServerOptions server_options(const config::Config& config);

/// The same of the management listener, which takes few connections and small bodies.
http::ServerOptions management_server_options(const config::Config& config);

api::Throttles make_throttles(const config::Config& config);

model::SignalWeights signal_weights(const config::Config& config);

/// The share of triage's places that go to users drawn at random.
double triage_sample(const config::Config& config);

alert::SenderOptions sender_options(const config::Config& config);
AlertThresholds alert_thresholds(const config::Config& config);
DigestPeriod digest_period(const config::Config& config);
/// WDX_PUBLIC_URL without a slash at its end.
std::string public_url(const config::Config& config);

}  // namespace wdx::app
