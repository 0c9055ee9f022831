#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace wdx::config {

using namespace std::chrono_literals;

enum class LogFormat { text, json };
enum class LogLevel { debug, info, warning, error };

/// At most `count` events in each `period`; `off` has no count.
struct Rate {
    std::optional<unsigned> count;
    std::chrono::seconds period{60};
    bool operator==(const Rate&) const = default;
};

/// Every setting, with its default.  Names, limits and texts are in options.cpp, the only other place that knows them.
/// Only `cli` and `app` see the whole of it; the parts below get small option structs.
struct Config {  // NOLINT(clang-analyzer-optin.performance.Padding): one object, in the order of its topics
    // database
    std::string database_url;
    std::string database_direct_url;   ///< empty: the same as database_url
    std::string database_replica_url;  ///< empty: there is none
    std::chrono::seconds replica_max_lag{1s};
    std::string database_password;  ///< `load` has put it into the URLs above
    std::uint32_t database_connections = 4;
    std::uint32_t database_write_connections = 12;
    std::uint32_t database_queue = 1024;  ///< requests waiting for the database, over all connections
    std::uint32_t database_report_connections = 2;
    std::uint32_t database_report_queue = 64;
    std::uint32_t database_stream_connections = 8;  ///< of long lists
    std::uint32_t database_export_connections = 4;
    std::uint32_t database_stream_queue = 64;  ///< of long lists, and of exports
    std::chrono::seconds database_queue_timeout{30s};
    std::uint32_t operator_share = 50;  ///< percent
    std::chrono::seconds stream_max_age{300s};
    std::chrono::seconds database_connect_timeout{5s};
    std::chrono::seconds statement_timeout{30s};
    std::chrono::seconds job_timeout{1h};
    bool prepared_statements = true;
    std::string core_timezone;  ///< empty: the database's own

    // secrets and tokens
    std::string secret_key;  ///< empty: made once and kept in data_dir
    std::vector<std::string> secret_key_fallbacks;
    std::chrono::seconds access_token_lifetime{8h};
    std::chrono::seconds refresh_token_lifetime{7 * 24h};
    std::chrono::seconds refresh_grace{0s};
    bool revoke_on_reuse = false;
    std::chrono::seconds session_max_age{0s};  ///< zero: sessions live as long as they are used
    bool basic_auth = false;
    std::uint32_t hash_threads = 1;
    std::uint32_t hash_queue = 64;
    std::uint32_t compute_threads = 1;
    std::uint32_t compute_queue = 16;
    std::uint32_t bulk_limit = 100'000;             ///< users that a filter may choose for a write
    std::uint32_t action_daily_cap = 50;            ///< attempts for each X account and action type on a day
    std::uint32_t action_attempts = 3;              ///< failures after which a planned action has failed
    std::uint32_t report_limit = 64 * 1024 * 1024;  ///< bytes

    // HTTP
    std::vector<std::string> listen{"127.0.0.1:8000"};
    std::uint32_t listen_mode = 0660;  ///< of unix sockets
    std::filesystem::path tls_cert;    ///< with tls_key; both empty: plain HTTP
    std::filesystem::path tls_key;
    std::string management_listen;
    std::vector<std::string> trusted_proxies;  ///< CIDRs, addresses, `unix`
    std::vector<std::string> allowed_hosts{"localhost", "127.0.0.1", "[::1]"};
    std::vector<std::string> cors_allowed_origins{"http://localhost:4200", "http://127.0.0.1:4200"};
    std::uint32_t max_connections = 12000;
    std::uint32_t request_line_limit = 8 * 1024;   ///< bytes
    std::uint32_t header_limit = 16 * 1024;        ///< bytes
    std::uint32_t body_limit = 1024 * 1024;        ///< bytes
    std::uint32_t token_body_limit = 128 * 1024;   ///< bytes
    std::uint32_t body_memory = 64 * 1024 * 1024;  ///< bytes of all bodies being received
    std::chrono::seconds header_timeout{15s};
    std::chrono::seconds body_timeout{60s};
    std::chrono::seconds write_timeout{60s};
    std::chrono::seconds idle_timeout{75s};
    std::chrono::seconds shutdown_timeout{30s};

    // throttles
    Rate throttle_login{10, 60s};
    Rate throttle_login_total{100, 60s};
    Rate throttle_refresh{60, 60s};
    Rate throttle_api{std::nullopt, 60s};

    // files and log
    std::filesystem::path data_dir;  ///< filled by load(): see docs/configuration.md for the default
    LogFormat log_format = LogFormat::text;
    LogLevel log_level = LogLevel::info;
    std::filesystem::path log_file;  ///< empty: standard error
    bool access_log = true;
    std::chrono::seconds log_retention{90 * 24h};  ///< of /api/logs/

    // signals
    std::vector<std::string> signal_weights;  ///< `id=number`; all others have their defaults
    std::string triage_sample{"0.33"};        ///< a number, 0 to 1

    // events
    std::chrono::seconds watch_interval{2s};  ///< zero: the core's tables are not watched
    std::chrono::seconds event_retention{24h};
    std::chrono::seconds history_interval{60s};         ///< between two snapshots of one day, also after a failure
    std::chrono::seconds history_retention{365 * 24h};  ///< of users that are gone
    std::uint32_t event_streams = 2000;

    // alerts: each kind is `off` or a threshold
    std::string alert_new_wave{"10"};          ///< users
    std::string alert_harmful_share{"0.05"};   ///< points within 7 days
    std::string alert_followers_drop{"0.05"};  ///< share within 7 days
    std::string alert_core_silent{"3"};        ///< days
    std::string alert_data_quality{"1"};       ///< rows newly found
    std::string alert_queue_stuck{"24"};       ///< hours
    bool alert_new_login_address = true;
    bool alert_refresh_reuse = true;
    bool alert_backup_failed = true;
    std::string digest{"weekly"};  ///< `off`, `daily`, `weekly`
    std::string digest_timezone{"UTC"};
    std::string alert_webhook;  ///< empty: none
    std::string alert_webhook_secret;
    std::string alert_webhook_form{"json"};  ///< `json`, `slack`, `discord`, `ntfy`
    std::filesystem::path alert_ca_file;     ///< empty: the system's authorities
    std::vector<std::string> alert_email;    ///< with smtp_url; both empty: no mail
    std::string smtp_url;
    std::string public_url;  ///< empty: no links
    std::chrono::seconds alert_interval{20s};
    std::chrono::seconds alert_timeout{10s};
    std::chrono::seconds alert_retry{30s};     ///< the first pause
    std::chrono::seconds alert_retry_max{1h};  ///< the longest one
};

}  // namespace wdx::config
