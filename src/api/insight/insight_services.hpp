#pragma once

#include "store/insight/signal_store.hpp"

#include <cstddef>
#include <memory>

namespace wdx::api {

/// What reports are made with.
struct InsightServices {
    store::SignalStore& signals;
    std::size_t report_limit;  ///< bytes of the JSON of one
    double triage_sample;      ///< the share of triage's places that go to users drawn at random
    /// Bytes of the large reports that are on their way to their clients.  Shared with these: they may end later than
    /// everything else.
    std::shared_ptr<std::size_t> reports_on_their_way = std::make_shared<std::size_t>(0);
};

}  // namespace wdx::api
