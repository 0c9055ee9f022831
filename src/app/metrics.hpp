#pragma once

#include "api/request/counters.hpp"
#include "db/replica.hpp"
#include "store/alerts/alert_store.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wdx::http {
struct Answered;
}

namespace wdx::app {

/// A channel of alerts, as this process has served it.
struct AlertChannel {
    std::string name;
    std::uint64_t delivered = 0;  ///< alerts
    std::uint64_t failed = 0;     ///< attempts
};

/// What is read from the parts of the program when somebody asks.
struct Gauges {
    std::size_t connections = 0;  ///< of clients
    std::size_t hashes_pending = 0;
    std::size_t computations_pending = 0;
    std::uint64_t events_lost = 0;  ///< entries that the event log had to drop
    std::uint64_t log_lines_lost = 0;
    std::size_t event_streams = 0;  ///< clients of /api/events/
    bool event_listen_up = false;   ///< the database notifies us of events
    std::uint64_t alerts = 0;       ///< made by this process
    store::AlertStatus alert_status{};
    std::vector<AlertChannel> alert_channels{};
    db::PoolStatus database;
    std::optional<db::ReplicaStatus> replica{};
};

/// Counts answers, and writes all metrics in Prometheus' text format.  Counting is a few additions; everything else
/// happens when somebody asks.  Label values come from constants: the route table's patterns, known methods, statuses.
/// Belongs to the event loop's thread.
class Metrics {
  public:
    explicit Metrics(const api::Counters& counters);

    /// Counts an answer to a request whose head was understood.
    void observe(const http::Answered& answer);
    /// Counts an answer to one whose head was not.
    void observe_refusal(unsigned status);

    /// The text of `/metrics`, version 0.0.4 of the format.
    [[nodiscard]] std::string render(const Gauges& gauges) const;

  private:
    static constexpr std::size_t kMethods = 8;
    /// Upper bounds in seconds; one more bucket takes the rest.
    static constexpr std::array kBuckets{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                         0.1,    0.25,  0.5,    1.0,   2.5,  5.0,   10.0};
    using StatusCount = std::pair<unsigned, std::uint64_t>;

    struct RouteMetrics {
        std::string_view route;
        /// By method; few statuses each, the frequent ones come early.
        std::array<std::vector<StatusCount>, kMethods> answers;
        std::array<std::uint64_t, kBuckets.size() + 1> buckets{};
        double seconds = 0;
    };

    RouteMetrics& of_route(std::string_view route);

    const api::Counters& counters_;
    double started_at_;                 ///< seconds since 1970
    std::vector<RouteMetrics> routes_;  ///< the first is for requests without a route
    std::uint64_t answers_cut_ = 0;
};

}  // namespace wdx::app
