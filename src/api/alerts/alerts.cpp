#include "alert/texts.hpp"
#include "api/alerts/alert_services.hpp"
#include "api/alerts/routes.hpp"
#include "api/lists/lists.hpp"
#include "base/json_writer.hpp"
#include "rest/error.hpp"

#include <memory>

#include <fmt/format.h>

namespace wdx::api {
namespace {

namespace asio = boost::asio;

/// POST /api/alerts/test/ -> 200 {"channels":[{"channel","delivered","error"}]}; 409 while another one is being sent.
asio::awaitable<http::Response> send_test(Context& context) {
    co_await context.require_access();
    AlertServices& services = context.services().alerts;
    if (services.is_testing) throw rest::ApiError{409, rest::detail_body("Another test is being sent.")};
    services.is_testing = true;
    const auto end = [](AlertServices* testing) { testing->is_testing = false; };
    const std::unique_ptr<AlertServices, decltype(end)> guard(&services, end);

    const alert::Said said = alert::say_test();
    const store::ClaimedAlert claimed = co_await services.alerts.add_test(said, services.public_url);
    std::string channels;
    for (const std::string& channel : services.sender.channels()) {
        const std::string error = co_await services.sender.send(channel, claimed.message);
        co_await services.alerts.settle(claimed, channel, error, std::nullopt);
        channels += fmt::format(R"({}{{"channel":"{}","delivered":{},"error":{}}})", channels.empty() ? "" : ",",
                                channel, error.empty(), error.empty() ? "null" : base::json_string(error));
    }
    co_return ok(fmt::format(R"({{"channels":[{}]}})", channels));
}

}  // namespace

std::span<const Route> alert_routes() {
    static constexpr std::array kRoutes{
        Route{.verb = Verb::get,
              .pattern = "/api/alerts/",
              .handler = &list_resource,
              .formats = rest::Formats::list,
              .view = "Alert List",
              .id = "listAlerts",
              .tag = "alerts",
              .summary = "List what happened that you should know of",
              .help = "Alerts, digests and tests, the newest first, and whether their channels have confirmed them.",
              .gives = Gives::list,
              .resource = &model::kAlerts},
        Route{.verb = Verb::post,
              .pattern = "/api/alerts/test/",
              .handler = &send_test,
              .view = "Alert Test",
              .id = "testAlerts",
              .tag = "alerts",
              .summary = "Send a test to all channels",
              .help = "Sends an alert of the kind `test` now, once, and says what became of it. It takes up to "
                      "WDX_ALERT_TIMEOUT for each channel.",
              .answer = "AlertTest",
              .refusals = {409}},
    };
    return kRoutes;
}

}  // namespace wdx::api
