#pragma once

#include "base/child_process.hpp"

#include <functional>
#include <mutex>
#include <string_view>
#include <thread>

namespace wdx::cli {

/// Reports that a signal ends this process, before it does.  SIGINT, SIGTERM and SIGHUP, as far as they are not
/// ignored, are taken by a thread of its own: it reports, and ends the process as the signal would have done.  A second
/// signal ends it at once.  Make it while there is one thread.
class InterruptionReport {
  public:
    /// @param report  gets the name of the signal: `SIGTERM`; must not throw
    explicit InterruptionReport(std::function<void(std::string_view signal)> report);
    InterruptionReport(const InterruptionReport&) = delete;
    InterruptionReport& operator=(const InterruptionReport&) = delete;
    ~InterruptionReport() { close(); }

    /// From here on nothing is reported: signals are held back until this is destroyed.  Does not return when one is
    /// just being reported.  It is not an error to call it twice.
    void close();

  private:
    void watch();

    base::SignalHold hold_;  // the thread inherits it
    std::function<void(std::string_view)> report_;
    std::mutex reporting_;
    bool is_closed_ = false;  ///< guarded by it
    std::thread thread_;
};

}  // namespace wdx::cli
