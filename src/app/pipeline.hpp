#pragma once

#include "api/request/context.hpp"
#include "api/request/throttles.hpp"
#include "api/routes.hpp"
#include "http/client_address.hpp"
#include "http/message.hpp"

#include <functional>
#include <string>
#include <vector>

namespace wdx::app {

struct PipelineOptions {
    std::vector<std::string> allowed_hosts;
    std::vector<std::string> cors_allowed_origins;
    http::TrustedProxies trusted_proxies;
    std::size_t body_limit = 0;         ///< bytes
    std::size_t public_body_limit = 0;  ///< bytes of what is sent without a token, where that is less
    std::function<bool()> is_open;      ///< the database has been there and its migrations are applied
};

/// The order of checks for every request, as in Django and DRF: preflight, probes, host, slash and 404, negotiation,
/// authentication, throttle, method, handler.  The one place where a failure becomes an answer.  Belongs to the event
/// loop.
class Pipeline {
  public:
    Pipeline(PipelineOptions options, api::Services& services);

    /// Answers a request.  Does not throw.
    boost::asio::awaitable<http::Response> handle(http::Request& request);

    /// Answers a request that was refused before all of it had arrived.  `request` is null when not even its head could
    /// be read: then there is no CORS header, because the origin is unknown.
    http::Response refuse(unsigned status, std::string_view detail, http::Request* request) const;

    /// The bytes that the body of a request may have, of which the head is known.
    std::size_t body_limit(const http::Request& request) const;

  private:
    boost::asio::awaitable<http::Response> dispatch(http::Request& request, const rest::Target& target);
    boost::asio::awaitable<http::Response> serve_route(const http::Request& request, const rest::Target& target,
                                                       api::Match match);
    boost::asio::awaitable<http::Response> run_view(api::Context& context, const api::Match& match,
                                                    rest::ThrottleSlot& slot);
    boost::asio::awaitable<http::Response> answer_failure(api::Context& context, std::exception_ptr failure);
    http::Response failure_to_response(const http::Request& request, const std::exception_ptr& failure) const;
    http::Response server_error(const http::Request& request, const std::string& cause) const;
    boost::asio::awaitable<http::Response> answer_probe(http::Request& request, const rest::Target& target,
                                                        const api::Route& route);
    http::Response refuse_known(unsigned status, std::string_view detail, http::Request& request) const;
    void finish(http::Response& response, const http::Request& request, const rest::Target& target) const;

    PipelineOptions options_;
    api::Services& services_;
};

}  // namespace wdx::app
