#include "app/metrics.hpp"

#include "../http/make_request.hpp"

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
    const api::Metrics counters;
    Metrics metrics(counters);
    metrics.observe(request("GET", "/api/users/"), 200, 1ms);
    metrics.observe(request("GET", "/api/users/"), 200, 1ms);
    metrics.observe(request("GET", "/api/users/"), 401, 1ms);
    metrics.observe(request("BREW", {}), 404, 1ms);
    metrics.observe_refusal(400);
    const std::string text = metrics.render({});
    EXPECT_THAT(text, HasSubstr(R"(wdx_http_requests_total{route="/api/users/",method="GET",status="200"} 2)"));
    EXPECT_THAT(text, HasSubstr(R"(wdx_http_requests_total{route="/api/users/",method="GET",status="401"} 1)"));
    EXPECT_THAT(text, HasSubstr(R"(wdx_http_requests_total{route="other",method="other",status="404"} 1)"));
    EXPECT_THAT(text, HasSubstr(R"(wdx_http_requests_total{route="other",method="other",status="400"} 1)"));
    EXPECT_THAT(text, Not(HasSubstr("client\"")));
}

TEST(Metrics, PutsLatenciesIntoCumulativeBuckets) {
    const api::Metrics counters;
    Metrics metrics(counters);
    metrics.observe(request("GET", "/r/"), 200, 1ms);
    metrics.observe(request("GET", "/r/"), 200, 30ms);
    metrics.observe(request("GET", "/r/"), 200, 60s);
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

TEST(Metrics, TellsCountersAndGaugesAsTheyAreNow) {
    api::Metrics counters;
    const Metrics metrics(counters);
    counters.throttled_login_total = 3;
    Gauges gauges{.connections = 5, .hashes_pending = 2, .events_lost = 7, .database = {}};
    gauges.database = {.connections_up = 1, .batches = {4, 6}, .streams_in_use = 3};
    const std::string text = metrics.render(gauges);
    for (const std::string line :
         {"wdx_events_lost_total 7\n", "wdx_throttled_total{kind=\"login_total\"} 3\n", "wdx_open_connections 5\n",
          "wdx_hashes_pending 2\n", "wdx_database_connections_up 1\n", "wdx_database_queue 10\n",
          "wdx_database_pipeline_depth{connection=\"1\"} 6\n", "wdx_database_streams_in_use 3\n"})
        EXPECT_THAT(text, HasSubstr(line));
}

}  // namespace
}  // namespace wdx::app
