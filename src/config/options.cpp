#include "config/options.hpp"

namespace wdx::config {
namespace {

template <typename T>
Option option(std::string_view name, T Config::*member) {
    return {name, Option::Member(member)};
}

constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMiB = 1024 * kKiB;
constexpr auto kDay = 24h;

std::vector<Option> database_options() {
    return {
        option("WDX_DATABASE_URL", &Config::database_url)
            .secret()
            .alias("DATABASE_URL")
            .check(&check_database_url)
            .empty_means("`dev` makes its own database; the other commands need one")
            .help(
                "The database that watchdxg-core fills: a libpq URI (several hosts and TLS parameters are understood) "
                "or key=value pairs."),
        option("WDX_DATABASE_DIRECT_URL", &Config::database_direct_url)
            .secret()
            .check(&check_database_url)
            .empty_means("the same as WDX_DATABASE_URL")
            .help(
                "The same database without PgBouncer in between, for LISTEN, so that /api/events/ learns of changes at "
                "once."),
        option("WDX_DATABASE_REPLICA_URL", &Config::database_replica_url)
            .secret()
            .check(&check_database_url)
            .empty_means("there is none")
            .help("A hot standby of the database, from which reports, long lists and exports are read. Whatever it "
                  "cannot answer is read from WDX_DATABASE_URL."),
        option("WDX_REPLICA_MAX_LAG", &Config::replica_max_lag)
            .between(1s, 60s)
            .help("How long a read waits for the standby to have what had been committed when it was asked for. One "
                  "that is further behind is not asked."),
        option("WDX_DATABASE_PASSWORD", &Config::database_password)
            .secret()
            .empty_means("the password that WDX_DATABASE_URL holds, if any")
            .help("The password for WDX_DATABASE_URL, WDX_DATABASE_DIRECT_URL and WDX_DATABASE_REPLICA_URL, as it is, "
                  "whatever its characters."),
        option("WDX_DATABASE_CONNECTIONS", &Config::database_connections)
            .between(1, 64)
            .help("Connections that all requests share; each carries many requests at once."),
        option("WDX_DATABASE_WRITE_CONNECTIONS", &Config::database_write_connections)
            .between(0, 64)
            .help("The most further connections, made when logins, refreshes and pages of lists would wait for each "
                  "other. "
                  "One more is kept for verdicts and actions."),
        option("WDX_DATABASE_QUEUE", &Config::database_queue)
            .between(1, 1'000'000)
            .unit("requests")
            .help(
                "The most requests that wait for the database, over all connections that they share; further ones are "
                "answered 503."),
        option("WDX_DATABASE_REPORT_CONNECTIONS", &Config::database_report_connections)
            .between(1, 64)
            .help(
                "Connections for reports (statistics, triage, searches and the like), one for each that is being made. "
                "They are made when there are reports."),
        option("WDX_DATABASE_REPORT_QUEUE", &Config::database_report_queue)
            .between(1, 100'000)
            .unit("reports")
            .help("The most reports that wait for a connection; further ones are answered 503."),
        option("WDX_DATABASE_STREAM_CONNECTIONS", &Config::database_stream_connections)
            .between(1, 64)
            .help("Connections for long lists, one for each list that is being sent."),
        option("WDX_DATABASE_EXPORT_CONNECTIONS", &Config::database_export_connections)
            .between(1, 64)
            .help("Connections kept for exports (CSV, NDJSON), one for each that is being sent. Long lists never get "
                  "them."),
        option("WDX_DATABASE_STREAM_QUEUE", &Config::database_stream_queue)
            .between(1, 100'000)
            .unit("streams")
            .help(
                "The most long lists that wait for a connection, and the most exports; further ones are answered 503."),
        option("WDX_DATABASE_QUEUE_TIMEOUT", &Config::database_queue_timeout)
            .between(1s, 600s)
            .help("How long a report, a long list or an export waits for its turn; then it is answered 503."),
        option("WDX_OPERATOR_SHARE", &Config::operator_share)
            .between(1, 100)
            .unit("percent")
            .help(
                "How much of the connections for reports, long lists and exports, and of the places in each queue, one "
                "operator may have at a time; at least one of each."),
        option("WDX_STREAM_MAX_AGE", &Config::stream_max_age)
            .between(1s, 24h)
            .help("How long a long list or an export may take; then its connection is closed. Until then it delays "
                  "whoever changes the columns of a table, and everybody behind him."),
        option("WDX_DATABASE_CONNECT_TIMEOUT", &Config::database_connect_timeout)
            .between(1s, 600s)
            .help("How long one attempt to connect may take."),
        option("WDX_STATEMENT_TIMEOUT", &Config::statement_timeout)
            .between(1s, 1h)
            .help("How long PostgreSQL may work on one statement. Does not apply to long lists that are streamed."),
        option("WDX_JOB_TIMEOUT", &Config::job_timeout)
            .between(1s, 24h)
            .help("How long PostgreSQL may work on one statement of the jobs in the background, such as the history's "
                  "snapshot, which read all users."),
        option("WDX_PREPARED_STATEMENTS", &Config::prepared_statements)
            .help("Whether to use named prepared statements. Turn them off behind PgBouncer in transaction mode."),
        option("WDX_CORE_TIMEZONE", &Config::core_timezone)
            .check(&check_time_zone)
            .empty_means("the database's own TimeZone")
            .help("The time zone in which the core wrote timestamps without a zone, for example Europe/Paris."),
    };
}

std::vector<Option> token_options() {
    return {
        option("WDX_SECRET_KEY", &Config::secret_key)
            .secret()
            .empty_means("made once and kept in WDX_DATA_DIR with mode 0600")
            .help(
                "The key that signs tokens, 32 bytes or more. Give all processes that serve one database the same key. "
                "With the original's SECRET_KEY its sessions stay valid."),
        option("WDX_SECRET_KEY_FALLBACKS", &Config::secret_key_fallbacks)
            .secret()
            .empty_means("none")
            .help("Earlier keys: tokens that they signed stay valid, new ones are signed with WDX_SECRET_KEY. "
                  "Separated by commas, or in a file by line breaks."),
        option("WDX_ACCESS_TOKEN_LIFETIME", &Config::access_token_lifetime)
            .between(1s, 365 * kDay)
            .help("How long an access token is valid."),
        option("WDX_REFRESH_TOKEN_LIFETIME", &Config::refresh_token_lifetime)
            .between(1s, 3650 * kDay)
            .help("How long a refresh token is valid."),
        option("WDX_REFRESH_GRACE", &Config::refresh_grace)
            .between(0s, 300s)
            .help("How long a refresh token that was just used still gives the same successor, for front ends that "
                  "refresh in two tabs at once. With 0, as in the original, the second tab is logged out."),
        option("WDX_REVOKE_ON_REUSE", &Config::revoke_on_reuse)
            .help("End the whole session when a used refresh token is presented again: somebody has a copy."),
        option("WDX_SESSION_MAX_AGE", &Config::session_max_age)
            .between(0s, 3650 * kDay)
            .help("How long after its login a session ends, however often it is refreshed; 0 means never."),
        option("WDX_BASIC_AUTH", &Config::basic_auth)
            .help("Accept HTTP Basic beside tokens, as the original does. Every such request costs a password hash."),
        option("WDX_HASH_THREADS", &Config::hash_threads).between(1, 64).help("Threads that hash passwords."),
        option("WDX_HASH_QUEUE", &Config::hash_queue)
            .between(1, 100'000)
            .unit("passwords")
            .help("The most passwords that wait for a hash thread; further ones are answered 503."),
        option("WDX_COMPUTE_THREADS", &Config::compute_threads)
            .between(1, 64)
            .help("Threads for other long computations: calibrations, and reports as pages."),
        option("WDX_COMPUTE_QUEUE", &Config::compute_queue)
            .between(1, 100'000)
            .unit("computations")
            .help("The most computations that wait for a thread; further ones are answered 503."),
        option("WDX_BULK_LIMIT", &Config::bulk_limit)
            .between(1, 100'000)
            .unit("users")
            .help("The most users that a filter may choose for one write; for more it is answered 400."),
        option("WDX_ACTION_DAILY_CAP", &Config::action_daily_cap)
            .between(0, 100'000)
            .unit("attempts")
            .help("The most planned actions of one type that workers get for one X account on a day (UTC); 0 stops "
                  "them all."),
        option("WDX_ACTION_ATTEMPTS", &Config::action_attempts)
            .between(1, 100)
            .unit("attempts")
            .help("How often a planned action may fail before it is given up."),
        option("WDX_REPORT_LIMIT", &Config::report_limit)
            .between(64 * kKiB, 256 * kMiB)
            .unit("bytes")
            .help("The most JSON in a report on users; one that would have more is answered 413."),
    };
}

std::vector<Option> http_options() {
    return {
        option("WDX_LISTEN", &Config::listen)
            .check(&check_listen)
            .not_empty()
            .help("Where to listen: host:port, [v6]:port or unix:/absolute/path. Port 0 picks a free port."),
        option("WDX_LISTEN_MODE", &Config::listen_mode).octal().between(0, 0777).help("The mode of unix sockets."),
        option("WDX_TLS_CERT", &Config::tls_cert)
            .empty_means("plain HTTP")
            .help("The server's certificate with its chain, in PEM; TLS 1.2 and 1.3 on every TCP listener of "
                  "WDX_LISTEN. Read again on SIGHUP."),
        option("WDX_TLS_KEY", &Config::tls_key)
            .empty_means("plain HTTP")
            .help("The private key of WDX_TLS_CERT, in PEM without a passphrase."),
        option("WDX_MANAGEMENT_LISTEN", &Config::management_listen)
            .check(&check_loopback_listen)
            .empty_means("none")
            .help("Where to serve metrics and the reasons behind the probes: on loopback or a unix socket only."),
        option("WDX_TRUSTED_PROXIES", &Config::trusted_proxies)
            .check(&check_trusted_proxy)
            .empty_means("none")
            .help(
                "Proxies whose X-Forwarded-For names the client, and whose X-Forwarded-Proto says whether it came by "
                "https: addresses, CIDR ranges such as 10.0.0.0/8, or `unix` for everyone who connects through a unix "
                "socket."),
        option("WDX_ALLOWED_HOSTS", &Config::allowed_hosts)
            .check(&check_allowed_host)
            .not_empty()
            .help("Host names that requests may ask for, as in Django: name, .suffix, [v6], or `*` for any."),
        option("WDX_CORS_ALLOWED_ORIGINS", &Config::cors_allowed_origins)
            .check(&check_cors_origin)
            .empty_means("none")
            .help("Origins whose pages may read answers: scheme://host[:port]."),
    };
}

std::vector<Option> limit_options() {
    return {
        option("WDX_MAX_CONNECTIONS", &Config::max_connections)
            .between(1, 1'000'000)
            .help("The most open client connections. The limit of open files is raised to fit."),
        option("WDX_REQUEST_LINE_LIMIT", &Config::request_line_limit)
            .between(256, 64 * kKiB)
            .unit("bytes")
            .help("The longest request line."),
        option("WDX_HEADER_LIMIT", &Config::header_limit)
            .between(1 * kKiB, 1 * kMiB)
            .unit("bytes")
            .help("The largest header of a request."),
        option("WDX_BODY_LIMIT", &Config::body_limit)
            .between(1 * kKiB, 256 * kMiB)
            .unit("bytes")
            .help("The largest body of a request; a larger one is answered 413."),
        option("WDX_TOKEN_BODY_LIMIT", &Config::token_body_limit)
            .between(1 * kKiB, 256 * kMiB)
            .unit("bytes")
            .help("The same for what anybody may send, a login or a refresh, where that is less."),
        option("WDX_BODY_MEMORY", &Config::body_memory)
            .between(1 * kMiB, 2048 * kMiB)
            .unit("bytes")
            .help("The most memory for all bodies being received, small ones not counted; further ones are answered "
                  "503."),
        option("WDX_HEADER_TIMEOUT", &Config::header_timeout)
            .between(1s, 1h)
            .help("How long a client may take to send a request's header."),
        option("WDX_BODY_TIMEOUT", &Config::body_timeout)
            .between(1s, 1h)
            .help("How long a client may take to send a request's body."),
        option("WDX_WRITE_TIMEOUT", &Config::write_timeout)
            .between(1s, 1h)
            .help("How long sending an answer may make no progress, or stay below 1 KiB/s on average."),
        option("WDX_IDLE_TIMEOUT", &Config::idle_timeout)
            .between(1s, 24h)
            .help("How long a connection may wait for its next request."),
        option("WDX_SHUTDOWN_TIMEOUT", &Config::shutdown_timeout)
            .between(1s, 1h)
            .help("How long requests in progress may still take after SIGTERM."),
    };
}

std::vector<Option> throttle_options() {
    return {
        option("WDX_THROTTLE_LOGIN", &Config::throttle_login).help("Failed logins from one address, in each process."),
        option("WDX_THROTTLE_LOGIN_TOTAL", &Config::throttle_login_total)
            .help("Failed logins from all addresses. Never refuses an address that logged in within the last 30 days."),
        option("WDX_THROTTLE_REFRESH", &Config::throttle_refresh).help("Refreshes from one address, in each process."),
        option("WDX_THROTTLE_API", &Config::throttle_api)
            .help("All other requests of one operator, or of one address without a login, in each process."),
    };
}

std::vector<Option> file_options() {
    return {
        option("WDX_DATA_DIR", &Config::data_dir)
            .empty_means("`$STATE_DIRECTORY`, else for root /var/lib/watchdxg-back, else "
                         "`$XDG_DATA_HOME`/watchdxg-back or ~/.local/share/watchdxg-back")
            .help("The folder for what the server keeps: a signing key it made, the database of `dev`."),
        option("WDX_LOG_FORMAT", &Config::log_format).help("Lines for people, or one JSON object per line."),
        option("WDX_LOG_LEVEL", &Config::log_level).help("The least severe messages that are logged."),
        option("WDX_LOG_FILE", &Config::log_file)
            .empty_means("standard error")
            .help("The file that the log is appended to. Opened again on SIGHUP."),
        option("WDX_ACCESS_LOG", &Config::access_log).help("Write one line to the log for every request."),
        option("WDX_LOG_RETENTION", &Config::log_retention)
            .between(1h, 3650 * kDay)
            .help("How long entries of /api/logs/ and edits are kept; until then an edit can be undone."),
    };
}

std::vector<Option> signal_options() {
    return {
        option("WDX_SIGNAL_WEIGHTS", &Config::signal_weights)
            .check(&check_signal_weight)
            .empty_means("the defaults of docs/signals.md")
            .help("How much each signal counts, by its id, and the bias: wave=2,no_link=0,bias=-3.5."),
        option("WDX_TRIAGE_SAMPLE", &Config::triage_sample)
            .check(&check_share)
            .empty_means("0.33")
            .help("The share of triage's places, 0 to 1, that go to users drawn at random. Calibration and estimates "
                  "are made of the verdicts on these."),
    };
}

std::vector<Option> event_options() {
    return {
        option("WDX_WATCH_INTERVAL", &Config::watch_interval)
            .between(0s, 1h)
            .help("How often to look for changes that others made to the core's tables, by PostgreSQL's counters; 0 "
                  "means never."),
        option("WDX_EVENT_RETENTION", &Config::event_retention)
            .between(60s, 365 * kDay)
            .help("How long events of /api/events/ are kept, for clients that come back."),
        option("WDX_HISTORY_INTERVAL", &Config::history_interval)
            .between(1s, kDay)
            .help(
                "The least time between two snapshots of one day. A snapshot counts all users and posts; one is taken "
                "only after a change."),
        option("WDX_HISTORY_RETENTION", &Config::history_retention)
            .between(kDay, 3650 * kDay)
            .help("How long changes/ remembers users that are gone. The daily snapshots are kept for ever."),
        option("WDX_EVENT_STREAMS", &Config::event_streams)
            .between(1, 1'000'000)
            .unit("streams")
            .help("The most clients of /api/events/ at a time, in each process; further ones are answered 503."),
    };
}

std::vector<Option> alert_options() {
    return {
        option("WDX_ALERT_NEW_WAVE", &Config::alert_new_wave)
            .check(&check_alert_count)
            .empty_means("10")
            .help("Tell of a new wave with so many users; `off`: never."),
        option("WDX_ALERT_HARMFUL_SHARE", &Config::alert_harmful_share)
            .check(&check_alert_share)
            .empty_means("0.05")
            .help("Tell when the harmful share of the judged users has risen by so much within 7 days (0.05: by five "
                  "points); `off`: never."),
        option("WDX_ALERT_FOLLOWERS_DROP", &Config::alert_followers_drop)
            .check(&check_alert_share)
            .empty_means("0.05")
            .help("Tell when this share of the followers has gone within 7 days; `off`: never."),
        option("WDX_ALERT_CORE_SILENT", &Config::alert_core_silent)
            .check(&check_alert_count)
            .empty_means("3")
            .help("Tell when watchdxg-core has read no user for so many days; `off`: never."),
        option("WDX_ALERT_DATA_QUALITY", &Config::alert_data_quality)
            .check(&check_alert_count)
            .empty_means("1")
            .help("Tell when a check of the data newly finds so many rows; `off`: never."),
        option("WDX_ALERT_QUEUE_STUCK", &Config::alert_queue_stuck)
            .check(&check_alert_count)
            .empty_means("24")
            .help("Tell when planned actions have been waiting for so many hours and no worker takes any; `off`: "
                  "never."),
        option("WDX_ALERT_NEW_LOGIN_ADDRESS", &Config::alert_new_login_address)
            .help("Tell of a login from an address that the operator has not used before."),
        option("WDX_ALERT_REFRESH_REUSE", &Config::alert_refresh_reuse)
            .help("Tell when a refresh token is shown again after its use: somebody may have a copy."),
        option("WDX_ALERT_BACKUP_FAILED", &Config::alert_backup_failed).help("Tell when a backup has failed."),
        option("WDX_DIGEST", &Config::digest)
            .check(&check_digest)
            .empty_means("weekly")
            .help("How often to send a summary of what happened: off, daily or weekly (Mondays), at 07:00. None is "
                  "sent when nothing happened."),
        option("WDX_DIGEST_TIMEZONE", &Config::digest_timezone)
            .check(&check_time_zone)
            .empty_means("UTC")
            .help("The time zone of WDX_DIGEST, for example Europe/Paris."),
        option("WDX_ALERT_WEBHOOK", &Config::alert_webhook)
            .secret()
            .check(&check_web_url)
            .empty_means("none")
            .help("The https:// (or http://) URL that alerts are posted to."),
        option("WDX_ALERT_WEBHOOK_SECRET", &Config::alert_webhook_secret)
            .secret()
            .empty_means("not signed")
            .help("The key of X-Signature-256, with which the receiver checks that an alert is from here."),
        option("WDX_ALERT_WEBHOOK_FORM", &Config::alert_webhook_form)
            .check(&check_webhook_form)
            .empty_means("json")
            .help("What the receiver understands: json, slack, discord or ntfy."),
        option("WDX_ALERT_CA_FILE", &Config::alert_ca_file)
            .empty_means("the system's authorities")
            .help("Certificates, in PEM, of the authorities that the webhook's and the mail server's certificates are "
                  "checked with."),
        option("WDX_ALERT_EMAIL", &Config::alert_email)
            .check(&check_mail_address)
            .empty_means("none")
            .help("The addresses that alerts are mailed to, by WDX_SMTP_URL."),
        option("WDX_SMTP_URL", &Config::smtp_url)
            .secret()
            .check(&check_smtp_url)
            .empty_means("none")
            .help("The mail server: smtps://user:password@host:465 or smtp://host:587, which is encrypted by STARTTLS "
                  "where the server can. A password is sent only encrypted, except to this machine itself."),
        option("WDX_PUBLIC_URL", &Config::public_url)
            .check(&check_web_url)
            .empty_means("no links")
            .help("Where people reach this server, for links into the console: https://watchdxg.example.org."),
        option("WDX_ALERT_INTERVAL", &Config::alert_interval)
            .between(1s, 60s)
            .help("How often to look for what alerts tell of."),
        option("WDX_ALERT_TIMEOUT", &Config::alert_timeout)
            .between(1s, 120s)
            .help("How long one attempt to deliver an alert may take."),
        option("WDX_ALERT_RETRY", &Config::alert_retry)
            .between(1s, 1h)
            .help("The pause after a first attempt that failed; it doubles with each further one."),
        option("WDX_ALERT_RETRY_MAX", &Config::alert_retry_max)
            .between(1s, kDay)
            .help("The longest pause between two attempts."),
    };
}

std::vector<Option> all_options() {
    std::vector<Option> all;
    const auto add = [&all](std::string_view title, std::vector<Option> section) {
        for (Option& entry : section) all.push_back(entry.section(title));
    };
    add("Database", database_options());
    add("Secrets and tokens", token_options());
    add("HTTP", http_options());
    add("Limits", limit_options());
    add("Throttles", throttle_options());
    add("Files and log", file_options());
    add("Signals", signal_options());
    add("Events", event_options());
    add("Alerts", alert_options());
    return all;
}

}  // namespace

std::span<const Option> options() {
    static const std::vector<Option> all = all_options();
    return all;
}

}  // namespace wdx::config
