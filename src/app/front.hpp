#pragma once

#include "app/listeners.hpp"
#include "app/management.hpp"
#include "app/metrics.hpp"
#include "app/pipeline.hpp"
#include "config/config.hpp"

#include <functional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

namespace wdx::app {

struct FrontOptions {
    boost::asio::any_io_executor executor;
    std::vector<int> sockets;  ///< as ListenersOptions::sockets
    api::Services& services;
    Metrics& metrics;
    std::function<Gauges()> gauges;
    std::function<std::vector<std::string>()> problems;      ///< why data cannot be served; empty when it can
    std::function<std::vector<std::string>()> full_classes;  ///< as ManagementOptions::full_classes
    std::function<bool()> is_open;                           ///< as PipelineOptions::is_open
};

/// What clients meet: the listeners, with the pipeline behind those of the API and the management behind its own, and
/// the metrics and the access log of what they were answered.  Belongs to the event loop.
class Front {
  public:
    /// @throws std::exception as the constructor of Listeners
    Front(const config::Config& config, const FrontOptions& options);
    Front(const Front&) = delete;
    Front& operator=(const Front&) = delete;

    [[nodiscard]] Listeners& listeners() noexcept { return listeners_; }
    [[nodiscard]] const Listeners& listeners() const noexcept { return listeners_; }

  private:
    ListenersOptions listeners_options(const config::Config& config, std::vector<int> sockets);
    void note_answer(const http::Answered& answer);

    Metrics& metrics_;
    Pipeline pipeline_;
    Management management_;
    Listeners listeners_;
};

}  // namespace wdx::app
