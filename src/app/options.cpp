#include "app/options.hpp"

#include "platform/numbers.hpp"

namespace wdx::app {
namespace {

constexpr std::size_t kManagementConnections = 64;
constexpr std::size_t kManagementBody = 1024;  ///< bytes; nothing there takes one

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

rest::Rate rate(const config::Rate& rate) {
    return {.count = rate.count, .period = rate.period};
}

/// It was checked when it was loaded.
/// @param fallback  where the setting is empty
/// @return nullopt for `off`
template <typename Number>
std::optional<Number> threshold(const std::string& text, const std::string& fallback) {
    const auto number = platform::parse_double(text.empty() ? fallback : text);
    if (!number) return std::nullopt;
    return static_cast<Number>(*number);
}

}  // namespace

base::LogOptions log_options(const config::Config& config) {
    return {.json = config.log_format == config::LogFormat::json,
            .level = level_of(config.log_level),
            .file = config.log_file,
            .access = config.access_log};
}

db::PoolOptions pool_options(const config::Config& config) {
    return {.connect = {.url = config.database_url,
                        .connect_timeout = config.database_connect_timeout,
                        .statement_timeout = config.statement_timeout,
                        .prepared_statements = config.prepared_statements},
            .connections = config.database_connections,
            .write_connections = config.database_write_connections,
            .queue = config.database_queue,
            .report_connections = config.database_report_connections,
            .report_queue = config.database_report_queue,
            .list_connections = config.database_stream_connections,
            .export_connections = config.database_export_connections,
            .stream_queue = config.database_stream_queue,
            .owner_share = config.operator_share,
            .patience = config.database_queue_timeout,
            .job_timeout = config.job_timeout};
}

db::ConnectOptions listen_options(const config::Config& config) {
    db::ConnectOptions options = pool_options(config).connect;
    if (!config.database_direct_url.empty()) options.url = config.database_direct_url;
    return options;
}

std::optional<db::ReplicaOptions> replica_options(const config::Config& config) {
    if (config.database_replica_url.empty()) return std::nullopt;
    db::ReplicaOptions options{.pool = pool_options(config), .max_lag = config.replica_max_lag};
    options.pool.connect.url = config.database_replica_url;
    return options;
}

GateOptions gate_options(const config::Config& config, bool migrate, bool beyond_loopback) {
    return {.database_url = config.database_url,
            .connect_timeout = config.database_connect_timeout,
            .migrate = migrate,
            .beyond_loopback = beyond_loopback};
}

http::ServerOptions server_options(const config::Config& config) {
    http::ServerOptions options;
    options.session.head_limits = {config.request_line_limit, config.header_limit};
    options.session.body_budget = std::make_shared<http::BodyBudget>(http::BodyBudget{config.body_memory, 0});
    options.session.header_timeout = config.header_timeout;
    options.session.body_timeout = config.body_timeout;
    options.session.write_timeout = config.write_timeout;
    options.session.idle_timeout = config.idle_timeout;
    options.max_connections = config.max_connections;
    options.unix_mode = config.listen_mode;
    return options;
}

http::ServerOptions management_server_options(const config::Config& config) {
    http::ServerOptions options = server_options(config);
    options.session.body_limit = [](const http::Request&) { return kManagementBody; };
    options.session.body_budget = std::make_shared<http::BodyBudget>();
    options.max_connections = kManagementConnections;
    return options;
}

api::Throttles make_throttles(const config::Config& config) {
    return {.login = rest::Throttle(rate(config.throttle_login)),
            .login_total = rest::Throttle(rate(config.throttle_login_total)),
            .refresh = rest::Throttle(rate(config.throttle_refresh)),
            .api = rest::Throttle(rate(config.throttle_api))};
}

model::SignalWeights signal_weights(const config::Config& config) {
    model::SignalWeights weights;
    for (const std::string& entry : config.signal_weights) weights.read(entry);  // checked when they were loaded
    return weights;
}

double triage_sample(const config::Config& config) {
    const std::string& text = config.triage_sample.empty() ? config::Config{}.triage_sample : config.triage_sample;
    return platform::parse_double(text).value_or(0);  // checked when it was loaded
}

alert::SenderOptions sender_options(const config::Config& config) {
    return {.webhook = config.alert_webhook,
            .webhook_secret = config.alert_webhook_secret,
            .webhook_form = alert::form_of(config.alert_webhook_form),
            .email = config.alert_email,
            .smtp_url = config.smtp_url,
            .ca_file = config.alert_ca_file,
            .timeout = config.alert_timeout};
}

AlertThresholds alert_thresholds(const config::Config& config) {
    const config::Config defaults;
    return {.new_wave = threshold<std::int64_t>(config.alert_new_wave, defaults.alert_new_wave),
            .harmful_share = threshold<double>(config.alert_harmful_share, defaults.alert_harmful_share),
            .followers_drop = threshold<double>(config.alert_followers_drop, defaults.alert_followers_drop),
            .core_silent = threshold<std::int64_t>(config.alert_core_silent, defaults.alert_core_silent),
            .data_quality = threshold<std::int64_t>(config.alert_data_quality, defaults.alert_data_quality),
            .queue_stuck = threshold<std::int64_t>(config.alert_queue_stuck, defaults.alert_queue_stuck),
            .new_login_address = config.alert_new_login_address,
            .refresh_reuse = config.alert_refresh_reuse,
            .backup_failed = config.alert_backup_failed};
}

DigestPeriod digest_period(const config::Config& config) {
    if (config.digest == "off") return DigestPeriod::off;
    return config.digest == "daily" ? DigestPeriod::daily : DigestPeriod::weekly;
}

std::string public_url(const config::Config& config) {
    std::string url = config.public_url;
    while (url.ends_with('/')) url.pop_back();
    return url;
}

}  // namespace wdx::app
