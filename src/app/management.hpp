#pragma once

#include "app/metrics.hpp"
#include "http/message.hpp"

#include <functional>
#include <string>
#include <vector>

namespace wdx::app {

struct ManagementOptions {
    std::function<std::string()> metrics;                ///< the text of `/metrics`
    std::function<std::vector<std::string>()> problems;  ///< why data cannot be served; empty when it can
    /// The classes of work of which no more is taken at the moment: others are served.
    std::function<std::vector<std::string>()> full_classes;
};

/// The handler of the management listener: `/metrics`, `/healthz`, and `/readyz` with its reasons.  There is no token:
/// everyone who can reach the listener is trusted, except pages in a browser, which use a domain name.  Belongs to the
/// event loop.
class Management {
  public:
    explicit Management(ManagementOptions options) : options_(std::move(options)) {}

    /// Answers a request.  Does not throw.
    boost::asio::awaitable<http::Response> handle(http::Request& request) const;
    /// Answers a request that was refused before all of it had arrived.
    static http::Response refuse(unsigned status, std::string_view detail);

  private:
    [[nodiscard]] http::Response answer(const http::Request& request) const;

    ManagementOptions options_;
};

}  // namespace wdx::app
