#include "app/metrics.hpp"

#include "http/session.hpp"
#include "platform/memory.hpp"

#include <algorithm>
#include <fstream>
#include <limits>
#include <sstream>
#include <unistd.h>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace wdx::app {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

constexpr std::string_view kOther = "other";
/// In the order of `RouteMetrics::answers`; the last is for all others.
constexpr std::array<std::string_view, 8> kMethodNames{"GET",   "HEAD",   "POST",    "PUT",
                                                       "PATCH", "DELETE", "OPTIONS", kOther};

std::size_t method_index(std::string_view method) {
    const auto* const end = kMethodNames.end() - 1;
    return static_cast<std::size_t>(std::find(kMethodNames.begin(), end, method) - kMethodNames.begin());
}

void count(std::vector<std::pair<unsigned, std::uint64_t>>& answers, unsigned status) {
    for (auto& [known, times] : answers) {
        if (known != status) continue;
        ++times;
        return;
    }
    answers.emplace_back(status, 1);
}

MetricFamily family(std::string name, std::string help, MetricType type) {
    return {.name = std::move(name), .help = std::move(help), .type = type, .metric = {}};
}

void add_counter(MetricFamily& family, Labels labels, std::uint64_t value) {
    ClientMetric metric;
    metric.label = std::move(labels);
    metric.counter.value = static_cast<double>(value);
    family.metric.push_back(std::move(metric));
}

void add_gauge(MetricFamily& family, Labels labels, double value) {
    ClientMetric metric;
    metric.label = std::move(labels);
    metric.gauge.value = value;
    family.metric.push_back(std::move(metric));
}

MetricFamily gauge(std::string name, std::string help, double value, Labels labels = {}) {
    MetricFamily out = family(std::move(name), std::move(help), MetricType::Gauge);
    add_gauge(out, std::move(labels), value);
    return out;
}

MetricFamily counter(std::string name, std::string help, std::uint64_t value) {
    MetricFamily out = family(std::move(name), std::move(help), MetricType::Counter);
    add_counter(out, {}, value);
    return out;
}

void add_work(std::vector<MetricFamily>& out, const api::Counters& counters) {
    MetricFamily logins =
        family("wdx_logins_total", "Password checks, HTTP Basic included, by outcome.", MetricType::Counter);
    add_counter(logins, {{"result", "ok"}}, counters.logins_ok);
    add_counter(logins, {{"result", "refused"}}, counters.logins_refused);
    out.push_back(std::move(logins));
    out.push_back(counter("wdx_refreshes_total", "Refresh tokens rotated, or presented again within the grace.",
                          counters.refreshes));
    MetricFamily throttled =
        family("wdx_throttled_total", "Requests answered 429, by the throttle.", MetricType::Counter);
    add_counter(throttled, {{"kind", "login"}}, counters.throttled_login);
    add_counter(throttled, {{"kind", "login_total"}}, counters.throttled_login_total);
    add_counter(throttled, {{"kind", "refresh"}}, counters.throttled_refresh);
    add_counter(throttled, {{"kind", "api"}}, counters.throttled_api);
    out.push_back(std::move(throttled));
    out.push_back(counter("wdx_event_changes_total", "Events of /api/events/ that were given to the streams.",
                          counters.events_given));
    out.push_back(counter("wdx_event_streams_dropped_total",
                          "Streams of /api/events/ that were ended because they were slow.",
                          counters.event_streams_dropped));
}

void add_classes(std::vector<MetricFamily>& out, const std::vector<db::LaneStatus>& classes) {
    MetricFamily running = family("wdx_work_running", "What PostgreSQL works on, by class.", MetricType::Gauge);
    MetricFamily waiting = family("wdx_work_waiting", "What waits for its turn, by class.", MetricType::Gauge);
    MetricFamily full = family("wdx_work_full", "1 while no more of a class is taken.", MetricType::Gauge);
    MetricFamily refused =
        family("wdx_work_refused_total", "Answered 503 because there was too much of its class.", MetricType::Counter);
    for (const db::LaneStatus& work : classes) {
        const Labels labels{{"class", std::string(work.name)}};
        add_gauge(running, labels, static_cast<double>(work.running));
        add_gauge(waiting, labels, static_cast<double>(work.waiting));
        add_gauge(full, labels, work.is_full ? 1 : 0);
        add_counter(refused, labels, work.refused);
    }
    for (MetricFamily* one : {&running, &waiting, &full, &refused}) out.push_back(std::move(*one));
}

void add_alerts(std::vector<MetricFamily>& out, const Gauges& gauges) {
    out.push_back(counter("wdx_alerts_total", "Alerts and digests that this process has made.", gauges.alerts));
    out.push_back(gauge("wdx_alerts_undelivered", "Deliveries of alerts that are not confirmed yet, of all processes.",
                        static_cast<double>(gauges.alert_status.undelivered)));
    MetricFamily deliveries = family("wdx_alert_deliveries_total",
                                     "Attempts to deliver alerts, by channel and outcome.", MetricType::Counter);
    for (const AlertChannel& channel : gauges.alert_channels) {
        add_counter(deliveries, {{"channel", channel.name}, {"result", "delivered"}}, channel.delivered);
        add_counter(deliveries, {{"channel", channel.name}, {"result", "failed"}}, channel.failed);
    }
    out.push_back(std::move(deliveries));
}

void add_backups(std::vector<MetricFamily>& out, const store::AlertStatus& status) {
    if (status.backup_made)
        out.push_back(gauge("wdx_backup_last_success_timestamp_seconds", "When the last backup was made.",
                            static_cast<double>(*status.backup_made)));
    if (status.backup_failed)
        out.push_back(gauge("wdx_backup_last_failure_timestamp_seconds", "When a backup failed for the last time.",
                            static_cast<double>(*status.backup_failed)));
}

void add_replica(std::vector<MetricFamily>& out, const db::ReplicaStatus& replica) {
    out.push_back(gauge("wdx_replica_used", "1 while reports and long lists are read from the standby.",
                        replica.is_used ? 1 : 0));
    out.push_back(gauge("wdx_replica_lag_seconds", "How long it took the standby to reach the primary, the last time.",
                        std::chrono::duration<double>(replica.lag).count()));
    out.push_back(gauge("wdx_replica_reads_running", "Reports and long lists that the standby is at.",
                        static_cast<double>(replica.running)));
    MetricFamily reads =
        family("wdx_replica_reads_total", "Reports and long lists, by where they were read.", MetricType::Counter);
    add_counter(reads, {{"database", "standby"}}, replica.reads_of_standby);
    add_counter(reads, {{"database", "primary"}}, replica.reads_of_primary);
    out.push_back(std::move(reads));
}

void add_gauges(std::vector<MetricFamily>& out, const Gauges& gauges) {
    out.push_back(gauge("wdx_open_connections", "Connections of clients.", static_cast<double>(gauges.connections)));
    out.push_back(gauge("wdx_hashes_pending", "Password hashes being computed or waiting.",
                        static_cast<double>(gauges.hashes_pending)));
    out.push_back(gauge("wdx_computations_pending",
                        "Other long computations (calibrations, reports as pages), running or waiting.",
                        static_cast<double>(gauges.computations_pending)));
    out.push_back(counter("wdx_events_lost_total", "Entries that the event log had to drop.", gauges.events_lost));
    out.push_back(counter("wdx_log_lines_lost_total", "Lines of the log that could not be written in time.",
                          gauges.log_lines_lost));
    out.push_back(gauge("wdx_event_streams", "Clients of /api/events/.", static_cast<double>(gauges.event_streams)));
    out.push_back(gauge("wdx_event_listen_up", "1 while PostgreSQL notifies us of events at once.",
                        gauges.event_listen_up ? 1 : 0));
    add_alerts(out, gauges);
    add_backups(out, gauges.alert_status);
    const db::PoolStatus& database = gauges.database;
    out.push_back(gauge("wdx_database_connections_up", "Shared connections to PostgreSQL that are up.",
                        static_cast<double>(database.connections_up)));
    MetricFamily depth =
        family("wdx_database_pipeline_depth", "Batches in flight on each shared connection.", MetricType::Gauge);
    std::size_t total = 0;
    for (std::size_t i = 0; i < database.batches.size(); ++i) {
        total += database.batches[i];
        add_gauge(depth, {{"connection", std::to_string(i)}}, static_cast<double>(database.batches[i]));
    }
    out.push_back(
        gauge("wdx_database_queue", "Batches in flight on all shared connections.", static_cast<double>(total)));
    out.push_back(std::move(depth));
    add_classes(out, database.classes);
    if (gauges.replica) add_replica(out, *gauges.replica);
}

}  // namespace

Metrics::Metrics(const api::Counters& counters)
    : counters_(counters),
      started_at_(std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count()) {
    static_assert(kMethodNames.size() == kMethods);
    routes_.push_back({.route = {}, .answers = {}});
}

Metrics::RouteMetrics& Metrics::of_route(std::string_view route) {
    for (RouteMetrics& known : routes_)
        if (known.route == route) return known;
    routes_.push_back({.route = route, .answers = {}});
    return routes_.back();
}

void Metrics::observe(const http::Answered& answer) {
    RouteMetrics& metrics = of_route(answer.request.route);
    count(metrics.answers.at(method_index(answer.request.method())), answer.status);
    if (!answer.is_whole) ++answers_cut_;
    const double seconds = std::chrono::duration<double>(answer.took).count();
    const auto* const bucket = std::lower_bound(kBuckets.begin(), kBuckets.end(), seconds);
    ++metrics.buckets.at(static_cast<std::size_t>(bucket - kBuckets.begin()));
    metrics.seconds += seconds;
}

void Metrics::observe_refusal(unsigned status) {
    count(routes_.front().answers.at(method_index(kOther)), status);
}

std::string Metrics::render(const Gauges& gauges) const {
    MetricFamily requests =
        family("wdx_http_requests_total", "Answers, by route, method and status.", MetricType::Counter);
    MetricFamily latency = family("wdx_http_request_duration_seconds",
                                  "From the head of a request to the last byte of its answer.", MetricType::Histogram);
    for (const RouteMetrics& metrics : routes_) {
        const std::string route(metrics.route.empty() ? kOther : metrics.route);
        for (std::size_t method = 0; method < kMethods; ++method)
            for (const auto& [status, times] : metrics.answers.at(method))
                add_counter(requests,
                            {{"route", route},
                             {"method", std::string(kMethodNames.at(method))},
                             {"status", std::to_string(status)}},
                            times);
        ClientMetric histogram;
        histogram.label = {{"route", route}};
        std::uint64_t below = 0;
        for (std::size_t i = 0; i < metrics.buckets.size(); ++i) {
            below += metrics.buckets.at(i);
            const double bound = i < kBuckets.size() ? kBuckets.at(i) : std::numeric_limits<double>::infinity();
            histogram.histogram.bucket.push_back({.cumulative_count = below, .upper_bound = bound});
        }
        histogram.histogram.sample_count = below;
        histogram.histogram.sample_sum = metrics.seconds;
        latency.metric.push_back(std::move(histogram));
    }
    std::vector<MetricFamily> all;
    all.push_back(std::move(requests));
    all.push_back(std::move(latency));
    all.push_back(counter("wdx_http_answers_cut_total",
                          "Answers that were begun, and of which the client did not get all.", answers_cut_));
    add_work(all, counters_);
    add_gauges(all, gauges);
    all.push_back(gauge("wdx_build_info", "The version that runs.", 1, {{"version", WDX_VERSION}}));
    all.push_back(gauge("process_start_time_seconds", "When the process started, in seconds since 1970.", started_at_));
    if (const auto bytes = platform::resident_bytes())
        all.push_back(gauge("process_resident_memory_bytes", "Memory that the process occupies.", *bytes));
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, all);
    return out.str();
}

}  // namespace wdx::app
