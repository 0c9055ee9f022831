#pragma once

#include "api/metrics.hpp"
#include "db/pool.hpp"
#include "http/message.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wdx::app {

/// What is read from the parts of the program at the moment when it is asked for.
struct Gauges {
    std::size_t connections = 0;  ///< of clients
    std::size_t hashes_pending = 0;
    std::uint64_t events_lost = 0;  ///< entries that the event log had to drop
    std::size_t event_streams = 0;  ///< clients of /api/events/
    bool event_listen_up = false;   ///< the database tells us of events
    db::PoolStatus database;
};

/// Counts answers, and tells all metrics in Prometheus' text format.  Counting is a few additions; everything else
/// happens when somebody asks.  Label values come from constants: the route table's patterns, known methods, statuses.
/// Belongs to the event loop's thread.
class Metrics {
  public:
    explicit Metrics(const api::Metrics& counters);

    /// Counts an answer to a request that had a handler.
    void observe(const http::Request& request, unsigned status, std::chrono::steady_clock::duration took);
    /// Counts an answer to a request that was refused before it was whole.
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

    const api::Metrics& counters_;
    double started_at_;                 ///< seconds since 1970
    std::vector<RouteMetrics> routes_;  ///< the first is for requests without a route
};

}  // namespace wdx::app
