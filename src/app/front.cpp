#include "app/front.hpp"

#include "app/options.hpp"
#include "base/log.hpp"

#include <utility>

namespace wdx::app {

Front::Front(const config::Config& config, const FrontOptions& options)
    : metrics_(options.metrics),
      pipeline_({.allowed_hosts = config.allowed_hosts,
                 .cors_allowed_origins = config.cors_allowed_origins,
                 .trusted_proxies = http::TrustedProxies(config.trusted_proxies),
                 .body_limit = config.body_limit,
                 .public_body_limit = config.token_body_limit,
                 .is_open = options.is_open},
                options.services),
      management_({.metrics = [this, gauges = options.gauges] { return metrics_.render(gauges()); },
                   .problems = options.problems,
                   .full_classes = options.full_classes}),
      listeners_(options.executor, listeners_options(config, options.sockets)) {}

ListenersOptions Front::listeners_options(const config::Config& config, std::vector<int> sockets) {
    http::ServerOptions clients = server_options(config);
    clients.session.handler = [this](http::Request& request) { return pipeline_.handle(request); };
    clients.session.body_limit = [this](const http::Request& request) { return pipeline_.body_limit(request); };
    clients.session.refuse = [this](unsigned status, std::string_view detail, http::Request* request) {
        if (request == nullptr) metrics_.observe_refusal(status);
        return pipeline_.refuse(status, detail, request);
    };
    clients.session.on_answered = [this](const http::Answered& answer) { note_answer(answer); };
    http::ServerOptions management = management_server_options(config);
    management.session.handler = [this](http::Request& request) { return management_.handle(request); };
    management.session.refuse = [](unsigned status, std::string_view detail, http::Request*) {
        return Management::refuse(status, detail);
    };
    management.session.on_answered = [](const auto&...) {};
    return {.clients = std::move(clients),
            .management = std::move(management),
            .addresses = config.listen,
            .sockets = std::move(sockets),
            .management_address = config.management_listen,
            .tls_cert = config.tls_cert,
            .tls_key = config.tls_key};
}

void Front::note_answer(const http::Answered& answer) {
    metrics_.observe(answer);
    base::log_access({.request_id = answer.request.id,
                      .address = answer.request.client_address,
                      .method = answer.request.method(),
                      .target = answer.request.target(),
                      .status = answer.status,
                      .bytes = answer.bytes,
                      .milliseconds = std::chrono::duration<double, std::milli>(answer.took).count(),
                      .is_whole = answer.is_whole});
}

}  // namespace wdx::app
