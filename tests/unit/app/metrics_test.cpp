#include "app/metrics.hpp"

#include "http/make_request.hpp"
#include "http/session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wdx::app {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

http::Request request(const std::string& method, std::string_view route) {
    http::Request request = http::make_request(method, "/a/path/of/a/client");
    request.route = route;
    return request;
}

TEST(Metrics, CountsAnswersByRouteMethodAndStatus) {
    const api::Counters counters;
    Metrics metrics(counters);
    metrics.observe({.request = request("GET", "/api/users/"), .status = 200, .took = 1ms, .is_whole = true});
    metrics.observe({.request = request("GET", "/api/users/"), .status = 200, .took = 1ms, .is_whole = true});
    metrics.observe({.request = request("GET", "/api/users/"), .status = 401, .took = 1ms, .is_whole = true});
    metrics.observe({.request = request("BREW", {}), .status = 404, .took = 1ms, .is_whole = true});
    metrics.observe_refusal(400);
    const std::string text = metrics.render({});
    EXPECT_THAT(text, HasSubstr(R"(wdx_http_requests_total{route="/api/users/",method="GET",status="200"} 2)"));
    EXPECT_THAT(text, HasSubstr(R"(wdx_http_requests_total{route="/api/users/",method="GET",status="401"} 1)"));
    EXPECT_THAT(text, HasSubstr(R"(wdx_http_requests_total{route="other",method="other",status="404"} 1)"));
    EXPECT_THAT(text, HasSubstr(R"(wdx_http_requests_total{route="other",method="other",status="400"} 1)"));
    EXPECT_THAT(text, Not(HasSubstr("client\"")));
}

TEST(Metrics, PutsLatenciesIntoCumulativeBuckets) {
    const api::Counters counters;
    Metrics metrics(counters);
    metrics.observe({.request = request("GET", "/r/"), .status = 200, .took = 1ms, .is_whole = true});
    metrics.observe({.request = request("GET", "/r/"), .status = 200, .took = 30ms, .is_whole = true});
    metrics.observe({.request = request("GET", "/r/"), .status = 200, .took = 60s, .is_whole = true});
    const std::string text = metrics.render({});
    const std::string bucket = R"(wdx_http_request_duration_seconds_bucket{route="/r/",le=)";
    EXPECT_THAT(text, HasSubstr(bucket + R"("0.0005"} 0)"));
    EXPECT_THAT(text, HasSubstr(bucket + R"("0.001"} 1)"));
    EXPECT_THAT(text, HasSubstr(bucket + R"("0.025"} 1)"));
    EXPECT_THAT(text, HasSubstr(bucket + R"("0.05"} 2)"));
    EXPECT_THAT(text, HasSubstr(bucket + R"("10"} 2)"));
    EXPECT_THAT(text, HasSubstr(bucket + R"("+Inf"} 3)"));
    EXPECT_THAT(text, HasSubstr(R"(wdx_http_request_duration_seconds_count{route="/r/"} 3)"));
}

TEST(Metrics, CountsAnswersThatWereCut) {
    const api::Counters counters;
    Metrics metrics(counters);
    metrics.observe({.request = request("GET", "/r/"), .status = 200, .is_whole = false});
    metrics.observe({.request = request("GET", "/r/"), .status = 200, .is_whole = true});
    EXPECT_THAT(metrics.render({}), HasSubstr("wdx_http_answers_cut_total 1\n"));
}

TEST(Metrics, TellsCountersAndGaugesAsTheyAreNow) {
    api::Counters counters;
    const Metrics metrics(counters);
    counters.throttled_login_total = 3;
    Gauges gauges{.connections = 5,
                  .hashes_pending = 2,
                  .computations_pending = 1,
                  .events_lost = 7,
                  .log_lines_lost = 9,
                  .database = {}};
    gauges.database = {.connections_up = 1, .batches = {4, 6}, .classes = {}};
    gauges.database.classes = {{.name = "reports", .running = 2, .waiting = 3, .is_full = true, .refused = 9}};
    const std::string text = metrics.render(gauges);
    for (const std::string line :
         {"wdx_events_lost_total 7\n", "wdx_log_lines_lost_total 9\n", "wdx_throttled_total{kind=\"login_total\"} 3\n",
          "wdx_open_connections 5\n", "wdx_hashes_pending 2\n", "wdx_computations_pending 1\n",
          "wdx_database_connections_up 1\n", "wdx_database_queue 10\n",
          "wdx_database_pipeline_depth{connection=\"1\"} 6\n", "wdx_work_running{class=\"reports\"} 2\n",
          "wdx_work_waiting{class=\"reports\"} 3\n", "wdx_work_full{class=\"reports\"} 1\n",
          "wdx_work_refused_total{class=\"reports\"} 9\n"})
        EXPECT_THAT(text, HasSubstr(line));
}

}  // namespace
}  // namespace wdx::app
